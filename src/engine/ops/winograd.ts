import type { Tensor } from '@tensorflow/tfjs-core';
import { hasOwnKernels } from '../backend.js';
import { execute, flag } from '../kernels.js';
import { executeOwn } from '../own-kernels.js';
import { activationRange, type BilinearKernels, type Epilogue } from './epilogue.js';

const directions = {
  forward: { transposed: flag(false) },
  'input-gradient': { transposed: flag(true) },
};

/**
 * Whether a convolution (stride 1, a size that stays) can go by Winograd's algorithm: the engine has the kernels
 * (`native/kernels/winograd.cc`), and the convolution's is 3×3 and has as many channels as they need.
 *
 * @param kernel `[k, k, Cin, Cout]`
 */
export function winogradFits([size, , input, output]: readonly number[]): boolean {
  return hasOwnKernels() && size === 3 && input % 16 === 0 && output % 16 === 0;
}

/** Whether an image `[N, H, W, C]` has pixels enough for what transforming a kernel costs; measured. */
export const winogradPays = ([n, h, w]: readonly number[]): boolean =>
  n * Math.ceil(h / 4) * Math.ceil(w / 4) >= 150;

/** Winograd's kernels of a convolution that {@link winogradFits}; where it doesn't pay, the `direct` ones. */
export function winogradKernels(direct: BilinearKernels): BilinearKernels {
  return {
    forward: (x, kernel, epilogue) =>
      winogradPays(x.shape)
        ? winogradConvolution(x, kernel, 'forward', epilogue)
        : direct.forward(x, kernel, epilogue),
    inputGradient: (gradient, kernel, shape) =>
      winogradPays(shape)
        ? winogradConvolution(gradient, kernel, 'input-gradient')
        : direct.inputGradient(gradient, kernel, shape),
    kernelGradient: winogradKernelGradient,
  };
}

/**
 * A 3×3 convolution with stride 1 and one zero on each side by Winograd's F(4×4, 3×3), with bias, residual and
 * activation in the same pass. It rounds otherwise than the sum of products: relative differences are about 1e-6.
 *
 * @param image `[N, H, W, C]`; for `input-gradient` the gradient of the convolution's output
 * @param kernel `[3, 3, Cin, Cout]` of the convolution
 */
export function winogradConvolution(
  image: Tensor,
  kernel: Tensor,
  direction: keyof typeof directions,
  { bias, residual, activation }: Epilogue = {},
): Tensor {
  const attributes = { ...directions[direction], ...activationRange(activation) };
  const [y] = executeOwn('AttoWinogradConvolution', attributes, [image, kernel, bias, residual]);
  return y;
}

/**
 * The gradient of such a convolution's kernel: `[3, 3, Cin, Cout]`.
 *
 * @param gradient of the convolution's output, `[N, H, W, Cout]`
 * @param x `[N, H, W, Cin]`
 */
export function winogradKernelGradient(gradient: Tensor, x: Tensor): Tensor {
  return execute('AttoWinogradKernelGradient', {}, [x, gradient]);
}
