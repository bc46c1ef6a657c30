import type { Tensor } from '@tensorflow/tfjs-core';
import { execute, type } from '../kernels.js';
import { type Backward, readsNothing, type Tape } from '../tape.js';
import { tf } from '../tf.js';
import { shapeTensor } from './product.js';

const float32 = { T: type('float32') };

/** The same numbers in another shape. */
export function reshape(tape: Tape | undefined, x: Tensor, shape: readonly number[]): Tensor {
  const y = tf.reshape(x, [...shape]);
  tape?.record(
    [x],
    [y],
    ([gradient]) => (gradient === undefined ? [] : [tf.reshape(gradient, x.shape)]),
    readsNothing,
  );
  return y;
}

/** Puts tensors that differ only in their first dimension one after the other. */
export function concatenateRows(tape: Tape | undefined, parts: readonly Tensor[]): Tensor {
  if (parts.length === 1) return parts[0];
  const y = tf.concat([...parts], 0);
  const sizes = parts.map((part) => part.shape[0]);
  tape?.record(
    parts,
    [y],
    ([gradient]) => (gradient === undefined ? [] : tf.split(gradient, sizes, 0)),
    readsNothing,
  );
  return y;
}

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
