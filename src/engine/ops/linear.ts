import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tape } from '../tape.js';
import { matrixProduct, productAndEpilogue } from './matrix-product.js';
import { type Epilogue, productWithEpilogue } from './product.js';

/**
 * Fully connected layer + bias + activation as one differentiable operation.
 *
 * @param x `[N, Cin]`
 * @param kernel `[Cin, Cout]`
 * @returns `[N, Cout]`
 */
export function linear(tape: Tape | undefined, x: Tensor, kernel: Tensor, epilogue: Epilogue = {}): Tensor {
  return productWithEpilogue(tape, x, kernel, epilogue, {
    forward: productAndEpilogue,
    inputGradient: (gradient, weights, shape) => matrixProduct(gradient, weights, 'second', shape),
    kernelGradient: (gradient, rows, shape) => matrixProduct(rows, gradient, 'first', shape),
  });
}
