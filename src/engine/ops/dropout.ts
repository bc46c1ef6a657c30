import type { Tensor } from '@tensorflow/tfjs-core';
import { readsNothing, type Tape } from '../tape.js';
import { tf } from '../tf.js';

/**
 * Dropout: elements that aren't kept become 0, the others grow by 1 / (1 − rate), so that the mean stays.
 *
 * @param kept whether each element of `x` is kept, row-major
 * @param rate the share that is dropped on average, below 1
 */
export function dropout(tape: Tape | undefined, x: Tensor, kept: readonly boolean[], rate: number): Tensor {
  const factors = tf.tensor(
    Float32Array.from(kept, (keep) => (keep ? 1 / (1 - rate) : 0)),
    x.shape,
  );
  const y = tf.mul(x, factors);
  const recorded = tape?.record(
    [x],
    [y],
    ([gradient]) => (gradient === undefined ? [] : [tf.mul(gradient, factors)]),
    { ...readsNothing, save: () => [factors] },
  );
  if (!recorded) factors.dispose();
  return y;
}
