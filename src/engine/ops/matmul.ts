import type { Tensor } from '@tensorflow/tfjs-core';
import { hasOwnKernels, roundsToBfloat16 } from '../backend.js';
import { type Attributes, execute, flag, type } from '../kernels.js';
import { executeOwn } from '../own-kernels.js';
import type { Tape } from '../tape.js';
import { tf } from '../tf.js';
import { activationRange, applyEpilogue, bilinear, type Epilogue } from './epilogue.js';

/**
 * Fully connected layer + bias + activation as one differentiable operation.
 *
 * @param x `[N, Cin]`
 * @param kernel `[Cin, Cout]`
 * @returns `[N, Cout]`
 */
export function linear(tape: Tape | undefined, x: Tensor, kernel: Tensor, epilogue: Epilogue = {}): Tensor {
  return bilinear(tape, x, kernel, epilogue, {
    forward: matmulWithEpilogue,
    inputGradient: (gradient, weights, shape) => matmul(gradient, weights, 'second', shape),
    kernelGradient: (gradient, rows, shape) => matmul(rows, gradient, 'first', shape),
  });
}

const attributesOf = (a: boolean, b: boolean): Attributes => ({
  T: type('float32'),
  transpose_a: flag(a),
  transpose_b: flag(b),
});

/** Factors that are transposed first. */
const transpositions = {
  none: attributesOf(false, false),
  first: attributesOf(true, false),
  second: attributesOf(false, true),
};

type Transposed = keyof typeof transpositions;

/**
 * `a · b`, one of them transposed first where asked. A tensor of more dimensions counts as the matrix whose columns are
 * its last one.
 *
 * @param shape of the result, which has as many elements as the product
 */
export function matmul(a: Tensor, b: Tensor, transposed: Transposed, shape: readonly number[]): Tensor {
  if (suitsBfloat16(a, b, transposed)) return inShape(bfloat16Matmul(a, b, transposed, {}), shape);
  const factors = [asMatrix(a), asMatrix(b)];
  const product = execute('MatMul', transpositions[transposed], factors);
  for (const factor of factors) factor.dispose();
  return inShape(product, shape);
}

/**
 * `activation(a · b + bias + residual)` in one pass by our own kernel (`native/kernels/matmul.cc`) where there is one and it is as
 * fast as TensorFlow's product alone, which it isn't for a few columns or for sums of thousands.
 *
 * @param a `[..., depth]`
 * @param b `[..., columns]`, of depth · columns values
 * @returns `[..., columns]`
 */
export function matmulWithEpilogue(a: Tensor, b: Tensor, epilogue: Epilogue): Tensor {
  if (suitsBfloat16(a, b, 'none')) return bfloat16Matmul(a, b, 'none', epilogue);
  const depth = a.shape[a.rank - 1];
  const columns = b.shape[b.rank - 1];
  const shape = [...a.shape.slice(0, -1), columns];
  if (!hasOwnKernels() || columns < 32 || depth > 2048) {
    return applyEpilogue(matmul(a, b, 'none', shape), epilogue);
  }
  const { bias, residual, activation } = epilogue;
  const [y] = executeOwn('AttoMatmul', activationRange(activation), [a, b, bias, residual]);
  return y;
}

/**
 * Whether our own kernel computes a product in bfloat16 (`native/kernels/bfloat16_matmul.cc`): where no side is so short that laying
 * out the factors takes longer than it saves. For a kernel's gradient, whose depth is all pixels, both are laid out anew.
 */
function suitsBfloat16(a: Tensor, b: Tensor, transposed: Transposed): boolean {
  if (!roundsToBfloat16()) return false;
  const rows = transposed === 'first' ? a.shape[a.rank - 1] : a.size / a.shape[a.rank - 1];
  const columns = transposed === 'second' ? b.size / b.shape[b.rank - 1] : b.shape[b.rank - 1];
  return Math.min(rows, columns) >= (transposed === 'first' ? 256 : 48) && a.size / rows >= 48;
}

/** `[rows, columns]` where a is transposed, else `[..., columns]`. */
function bfloat16Matmul(
  a: Tensor,
  b: Tensor,
  transposed: Transposed,
  { bias, residual, activation }: Epilogue,
): Tensor {
  const { transpose_a, transpose_b } = transpositions[transposed];
  const attributes = { transpose_a, transpose_b, ...activationRange(activation) };
  const [y] = executeOwn('AttoBfloat16Matmul', attributes, [a, b, bias, residual]);
  return y;
}

/** The same values in a shape; consumes the tensor. */
function inShape(x: Tensor, shape: readonly number[]): Tensor {
  if (x.rank === shape.length && x.shape.every((size, i) => size === shape[i])) return x;
  const result = tf.reshape(x, [...shape]);
  x.dispose();
  return result;
}

/** A new handle of the tensor, as a matrix. */
function asMatrix(x: Tensor): Tensor {
  if (x.rank === 2) return x.clone();
  const columns = x.shape[x.rank - 1];
  return tf.reshape(x, [x.shape.slice(0, -1).reduce((rows, size) => rows * size, 1), columns]);
}
