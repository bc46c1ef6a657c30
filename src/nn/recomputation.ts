import type { Tensor } from '@tensorflow/tfjs-core';
import { type Backward, Tape } from '../engine/tape.js';
import { tidied } from '../engine/tf.js';

/**
 * A block of layers as one differentiable operation that keeps its input and output only (Chen et al., "Training Deep Nets
 * with Sublinear Memory Cost", 2016): the backward pass computes what lies between a second time.
 *
 * @param forward computes the block without recording anything, and tells which tensors it uses beside `x`
 * @param again computes it once more, on a tape of its own
 */
export function recomputed(
  tape: Tape,
  x: Tensor,
  forward: (onUse: (value: Tensor) => void) => Tensor,
  again: (tape: Tape, x: Tensor) => Tensor,
): Tensor {
  const used = new Set<Tensor>();
  const y = forward((value) => used.add(value));
  const parameters = [...used].filter((value) => tape.tracks(value));
  const backward: Backward = ([gradient], inputs) => {
    if (gradient === undefined) return [];
    return tidied(() => {
      const inner = new Tape();
      for (const input of inputs) if (tape.tracks(input)) inner.watch(input);
      const [held] = inputs;
      return inner.pullBack([[again(inner, held), gradient.clone()]], inputs);
    });
  };
  tape.record([x, ...parameters], [y], backward, { reads: [x, ...parameters] });
  return y;
}
