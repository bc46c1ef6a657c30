import type { Tensor } from '@tensorflow/tfjs-core';
import { execute, int, shapeTensor, type } from '../kernels.js';
import { type Backward, readsNothing, type Tape } from '../tape.js';
import { tf } from '../tf.js';
import { reshape } from './reshape.js';

const float32 = { T: type('float32') };

/**
 * Selects rows of a matrix, as often and in the order that `indices` say; −1 selects a row of zeros.
 *
 * @param x `[N, C]`
 * @returns `[indices.length, C]`
 */
export function gatherRows(tape: Tape | undefined, x: Tensor, indices: Int32Array): Tensor {
  const [rows, channels] = x.shape;
  const outside = indices.includes(-1);
  const gatherAt = tf.tensor1d(outside ? indices.map((index) => Math.max(index, 0)) : indices, 'int32');
  const axis = tf.scalar(0, 'int32');
  let y = execute('GatherV2', { Tparams: type('float32'), Tindices: type('int32'), Taxis: type('int32') }, [
    x,
    gatherAt,
    axis,
  ]);
  if (outside) {
    const inside = tf.tensor2d(
      Float32Array.from(indices, (index) => (index < 0 ? 0 : 1)),
      [indices.length, 1],
    );
    const masked = execute('Mul', float32, [y, inside]);
    for (const tensor of [y, inside]) tensor.dispose();
    y = masked;
  }
  for (const tensor of [gatherAt, axis]) tensor.dispose();
  const backward: Backward = ([gradient]) => {
    if (gradient === undefined) return [];
    // Rows of zeros have nowhere to send their gradient: an extra row takes it.
    const scatterAt = tf.tensor2d(
      outside ? indices.map((index) => (index < 0 ? rows : index)) : indices,
      [indices.length, 1],
      'int32',
    );
    const size = shapeTensor([outside ? rows + 1 : rows, channels]);
    const scattered = execute('ScatterNd', { ...float32, Tindices: type('int32') }, [
      scatterAt,
      gradient,
      size,
    ]);
    for (const tensor of [scatterAt, size]) tensor.dispose();
    if (!outside) return [scattered];
    const inner = tf.slice(scattered, [0, 0], [rows, channels]);
    scattered.dispose();
    return [inner];
  };
  tape?.record([x], [y], backward, readsNothing);
  return y;
}

/**
 * The 3×3 neighborhoods of some pixels, with zeros beyond the border: what a 3×3 convolution sees there. A product with
 * a kernel reshaped to `[9 · C, Cout]` convolves at just those pixels.
 *
 * @param x `[N, H, W, C]`
 * @param pixels flat indices into N · H · W
 * @returns `[pixels.length, 9 · C]`
 */
export function gatherPatches(tape: Tape | undefined, x: Tensor, pixels: Int32Array): Tensor {
  const [n, h, w, c] = x.shape;
  const neighbors = new Int32Array(9 * pixels.length);
  let i = 0;
  for (const pixel of pixels) {
    const column = pixel % w;
    const row = Math.floor(pixel / w) % h;
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const inside = row + dy >= 0 && row + dy < h && column + dx >= 0 && column + dx < w;
        neighbors[i++] = inside ? pixel + dy * w + dx : -1;
      }
    }
  }
  const rows = gatherRows(tape, reshape(tape, x, [n * h * w, c]), neighbors);
  return reshape(tape, rows, [pixels.length, 9 * c]);
}

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
