import type { Tensor } from '@tensorflow/tfjs-core';
import { hasOwnKernels } from '../backend.js';
import { type Attributes, execute, flag, int, type } from '../kernels.js';
import { tf } from '../tf.js';
import { activationRange } from './activation.js';
import { executeOwn } from './own-kernels.js';
import { type Epilogue, finish } from './product.js';

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

/**
 * `activation(a · b + bias + residual)` in one pass by our own kernel (`native/product.cc`) where there is one and it is as
 * fast as TensorFlow's product alone, which it isn't for a few columns or for sums of thousands.
 *
 * @param a `[..., depth]`
 * @param b `[..., columns]`, of depth · columns values
 * @returns `[..., columns]`
 */
export function productAndEpilogue(a: Tensor, b: Tensor, epilogue: Epilogue): Tensor {
  const depth = a.shape[a.rank - 1];
  const columns = b.shape[b.rank - 1];
  const shape = [...a.shape.slice(0, -1), columns];
  if (!hasOwnKernels() || columns < 32 || depth > 2048) {
    return finish(matrixProduct(a, b, 'none', shape), epilogue);
  }
  const { bias, residual, activation } = epilogue;
  const attributes = { columns: int(columns), ...activationRange(activation) };
  const [y] = executeOwn('AttoProduct', attributes, [a, b, bias, residual]);
  return y;
}

/** A new handle of the tensor, as a matrix. */
function asMatrix(x: Tensor): Tensor {
  if (x.rank === 2) return x.clone();
  const columns = x.shape[x.rank - 1];
  return tf.reshape(x, [x.shape.slice(0, -1).reduce((rows, size) => rows * size, 1), columns]);
}
