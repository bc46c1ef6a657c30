import type { Tensor } from '@tensorflow/tfjs-core';
import { execute, flag, type } from '../kernels.js';
import type { Tape } from '../tape.js';
import { type Epilogue, productWithEpilogue } from './product.js';

/** `a · b`, each transposed first where asked. */
function matMul(a: Tensor, b: Tensor, transpose: { a?: boolean; b?: boolean } = {}): Tensor {
  const attributes = {
    T: type('float32'),
    transpose_a: flag(transpose.a ?? false),
    transpose_b: flag(transpose.b ?? false),
  };
  return execute('MatMul', attributes, [a, b]);
}

/**
 * Fully connected layer + bias + activation as one differentiable operation.
 *
 * @param x `[N, Cin]`
 * @param kernel `[Cin, Cout]`
 * @returns `[N, Cout]`
 */
export function linear(tape: Tape | undefined, x: Tensor, kernel: Tensor, epilogue: Epilogue = {}): Tensor {
  return productWithEpilogue(tape, x, kernel, epilogue, {
    forward: (rows, weights) => matMul(rows, weights),
    inputGradient: (gradient, weights) => matMul(gradient, weights, { b: true }),
    kernelGradient: (gradient, rows) => matMul(rows, gradient, { a: true }),
  });
}
