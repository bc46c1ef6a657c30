import type { Tensor } from '@tensorflow/tfjs-core';
import { execute, int, type } from '../kernels.js';
import { readsNothing, type Tape } from '../tape.js';
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
  const y = tf.tidy(() => {
    const axis = tf.scalar(3, 'int32');
    const selected = execute('GatherV2', gathering, [x, tf.tensor2d(channels, [n, 1], 'int32'), axis]);
    return tf.reshape(selected, [n, h, w]);
  });
  const spread = (gradient: Tensor): Tensor =>
    tf.tidy(() => {
      const oneHot = tf.cast(tf.oneHot(tf.tensor1d(channels, 'int32'), c), 'float32');
      return tf.mul(tf.reshape(gradient, [n, h, w, 1]), tf.reshape(oneHot, [n, 1, 1, c]));
    });
  tape?.record([x], [y], ([gradient]) => (gradient === undefined ? [] : [spread(gradient)]), readsNothing);
  return y;
}

const gathering = {
  Tparams: type('float32'),
  Tindices: type('int32'),
  Taxis: type('int32'),
  batch_dims: int(1),
};
