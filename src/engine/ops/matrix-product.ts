import type { Tensor } from '@tensorflow/tfjs-core';
import { type Attributes, execute, flag, type } from '../kernels.js';
import { tf } from '../tf.js';

const attributesOf = (a: boolean, b: boolean): Attributes => ({
  T: type('float32'),
  transpose_a: flag(a),
  transpose_b: flag(b),
});

/** Which factor is transposed first. */
const transpositions = {
  none: attributesOf(false, false),
  first: attributesOf(true, false),
  second: attributesOf(false, true),
};

/**
 * `a · b`, one of them transposed first where asked. A tensor of more dimensions counts as the matrix whose columns are
 * its last one.
 *
 * @param shape of the result, which has as many elements as the product
 */
export function matrixProduct(
  a: Tensor,
  b: Tensor,
  transposed: keyof typeof transpositions,
  shape: readonly number[],
): Tensor {
  const factors = [asMatrix(a), asMatrix(b)];
  const product = execute('MatMul', transpositions[transposed], factors);
  for (const factor of factors) factor.dispose();
  if (shape.length === 2) return product;
  const result = tf.reshape(product, [...shape]);
  product.dispose();
  return result;
}

/** A new handle of the tensor, as a matrix. */
function asMatrix(x: Tensor): Tensor {
  if (x.rank === 2) return x.clone();
  const columns = x.shape[x.rank - 1];
  return tf.reshape(x, [x.shape.slice(0, -1).reduce((rows, size) => rows * size, 1), columns]);
}
