import type { Tensor } from '@tensorflow/tfjs-core';
import { hasOwnKernels } from '../backend.js';
import { execute, int } from '../kernels.js';
import type { Tape } from '../tape.js';
import { activationRange } from './activation.js';
import { executeOwn } from './own-kernels.js';
import { pointwiseKernels } from './pointwise.js';
import { type Epilogue, finish, type ProductKernels, productWithEpilogue, shapeTensor } from './product.js';
import { gradientWindow, keepsSize, padImage, unpadImage, type Window, windowAttributes } from './window.js';
import { winogradFits, winogradKernels } from './winograd.js';

/** TensorFlow's kernels of a convolution and of its two gradients, told how the window moves. */
function tensorflowKernels(
  op: 'Conv2D' | 'DepthwiseConv2dNative',
  window: Window,
  kernelSize: number,
): ProductKernels {
  const { attributes, padding } = gradientWindow(window, kernelSize);
  return {
    forward: (x, kernel, epilogue) => finish(execute(op, windowAttributes(window), [x, kernel]), epilogue),
    inputGradient: (gradient, kernel, [n, h, w, c]) => {
      const size = shapeTensor([n, h + 2 * padding, w + 2 * padding, c]);
      const padded = execute(`${op}BackpropInput`, attributes, [size, kernel, gradient]);
      size.dispose();
      return unpadImage(padded, padding);
    },
    kernelGradient: (gradient, x, kernelShape) => {
      const size = shapeTensor(kernelShape);
      const padded = padImage(x, padding);
      const result = execute(`${op}BackpropFilter`, attributes, [padded, size, gradient]);
      for (const tensor of [size, padded]) tensor.dispose();
      return result;
    },
  };
}

/** The fastest kernels that there are for a convolution. */
function convolutionKernels(window: Window, kernelShape: readonly number[]): ProductKernels {
  const [size] = kernelShape;
  if (size === 1 && window.padding === 0) return pointwiseKernels(window.stride);
  const direct = tensorflowKernels('Conv2D', window, size);
  return keepsSize(window, size) && winogradFits(kernelShape) ? winogradKernels(direct) : direct;
}

/**
 * Convolution + bias + residual + activation as one differentiable operation.
 *
 * @param x `[N, H, W, Cin]`
 * @param kernel `[k, k, Cin, Cout]`
 * @returns `[N, H', W', Cout]`
 */
export function convolution(
  tape: Tape | undefined,
  x: Tensor,
  kernel: Tensor,
  window: Window,
  epilogue: Epilogue = {},
): Tensor {
  return productWithEpilogue(tape, x, kernel, epilogue, convolutionKernels(window, kernel.shape));
}

/**
 * Depthwise convolution + bias + activation as one differentiable operation: each input channel has its own
 * `multiplier` filters.
 *
 * @param x `[N, H, W, C]`
 * @param kernel `[k, k, C, multiplier]`
 * @returns `[N, H', W', C · multiplier]`; output channel `c · multiplier + m` comes from input channel c.
 */
export function depthwiseConvolution(
  tape: Tape | undefined,
  x: Tensor,
  kernel: Tensor,
  window: Window,
  epilogue: Epilogue = {},
): Tensor {
  return productWithEpilogue(tape, x, kernel, epilogue, depthwiseKernels(window, kernel.shape));
}

/** TensorFlow's kernels but, for 3×3 forward, our own (`native/depthwise.cc`). */
function depthwiseKernels(window: Window, [size]: readonly number[]): ProductKernels {
  const direct = tensorflowKernels('DepthwiseConv2dNative', window, size);
  if (!hasOwnKernels() || size !== 3) return direct;
  return {
    ...direct,
    forward: (image, weights, { bias, residual, activation }) => {
      const range = activationRange(residual ? undefined : activation);
      const attributes = { stride: int(window.stride), padding: int(window.padding), ...range };
      const [y] = executeOwn('AttoDepthwiseConvolution', attributes, [image, weights, bias]);
      return residual ? finish(y, { residual, activation }) : y;
    },
  };
}
