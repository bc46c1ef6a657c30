import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tape } from '../tape.js';
import { tf } from '../tf.js';

/**
 * Keeps of each image one channel.
 *
 * @param x `[N, H, W, C]`
 * @param channels N indices of channels
 * @returns `[N, H, W]`
 */
export function selectChannel(tape: Tape | undefined, x: Tensor, channels: Int32Array): Tensor {
  const [n, h, w, c] = x.shape;
  const oneHot = tf.tidy(() =>
    tf.reshape(tf.cast(tf.oneHot(tf.tensor1d(channels, 'int32'), c), 'float32'), [n, 1, 1, c]),
  );
  const y = tf.tidy(() => tf.sum(tf.mul(x, oneHot), 3));
  const recorded = tape?.record(
    [x],
    [y],
    ([gradient]) =>
      gradient === undefined ? [] : [tf.tidy(() => tf.mul(tf.reshape(gradient, [n, h, w, 1]), oneHot))],
    () => [oneHot],
  );
  if (!recorded) oneHot.dispose();
  return y;
}
