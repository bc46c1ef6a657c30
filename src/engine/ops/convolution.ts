import type { Tensor } from '@tensorflow/tfjs-core';
import { hasOwnKernels } from '../backend.js';
import { type Attributes, execute, int, ints, shapeTensor, text, type } from '../kernels.js';
import { executeOwn } from '../own-kernels.js';
import type { Tape } from '../tape.js';
import { activationRange, applyEpilogue, type BilinearKernels, bilinear, type Epilogue } from './epilogue.js';
import { matmul, matmulWithEpilogue } from './matmul.js';
import { gradientWindow, keepsSize, padImage, unpadImage, type Window, windowAttributes } from './window.js';
import { winogradFits, winogradKernels } from './winograd.js';

/** TensorFlow's kernels of a convolution and of its two gradients, told how the window moves. */
function tensorflowKernels(
  op: 'Conv2D' | 'DepthwiseConv2dNative',
  window: Window,
  kernelSize: number,
): BilinearKernels {
  const { attributes, padding } = gradientWindow(window, kernelSize);
  return {
    forward: (x, kernel, epilogue) =>
      applyEpilogue(execute(op, windowAttributes(window), [x, kernel]), epilogue),
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
function convolutionKernels(window: Window, kernelShape: readonly number[]): BilinearKernels {
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
  return bilinear(tape, x, kernel, epilogue, convolutionKernels(window, kernel.shape));
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
  return bilinear(tape, x, kernel, epilogue, depthwiseKernels(window, kernel.shape));
}

/** TensorFlow's kernels but, for 3×3 forward, our own (`native/kernels/depthwise.cc`). */
function depthwiseKernels(window: Window, [size]: readonly number[]): BilinearKernels {
  const direct = tensorflowKernels('DepthwiseConv2dNative', window, size);
  if (!hasOwnKernels() || size !== 3) return direct;
  return {
    ...direct,
    forward: (image, weights, { bias, residual, activation }) => {
      const range = activationRange(residual ? undefined : activation);
      const attributes = { stride: int(window.stride), padding: int(window.padding), ...range };
      const [y] = executeOwn('AttoDepthwiseConvolution', attributes, [image, weights, bias]);
      return residual ? applyEpilogue(y, { residual, activation }) : y;
    },
  };
}

/**
 * Transposed convolution (deconvolution) whose stride is the kernel's size + bias + activation as one differentiable
 * operation. The k × k blocks that the pixels become don't overlap, so it is a product of matrices whose result is laid
 * out anew.
 *
 * @param x `[N, H, W, Cin]`
 * @param kernel `[k, k, Cout, Cin]`
 * @returns `[N, H · k, W · k, Cout]`
 */
export function transposedConvolution(
  tape: Tape | undefined,
  x: Tensor,
  kernel: Tensor,
  epilogue: Epilogue = {},
): Tensor {
  const blocks = { T: type('float32'), block_size: int(kernel.shape[0]) };
  const toBlocks = (image: Tensor): Tensor => execute('SpaceToDepth', blocks, [image]);
  return bilinear(tape, x, kernel, epilogue, {
    forward: (image, filter, following) => {
      const [n, h, w] = image.shape;
      const [k, , output] = filter.shape;
      const products = matmul(image, filter, 'second', [n, h, w, k * k * output]);
      const y = execute('DepthToSpace', blocks, [products]);
      products.dispose();
      return applyEpilogue(y, following);
    },
    inputGradient: (gradient, filter, xShape) => {
      const blocks = toBlocks(gradient);
      const result = matmul(blocks, filter, 'none', xShape);
      blocks.dispose();
      return result;
    },
    kernelGradient: (gradient, image, filterShape) => {
      const blocks = toBlocks(gradient);
      const result = matmul(blocks, image, 'first', filterShape);
      blocks.dispose();
      return result;
    },
  });
}

/**
 * A 1×1 convolution without padding as what it is, a product of matrices: pixels by input channels times input channels by
 * output channels. TensorFlow's product is faster than its convolution, above all for the kernel's gradient and where
 * there are few channels.
 */
function pointwiseKernels(stride: number): BilinearKernels {
  return {
    forward: (image, kernel, epilogue) => {
      const x = everyNth(image, stride);
      const y = matmulWithEpilogue(x, kernel, epilogue);
      x.dispose();
      return y;
    },
    inputGradient: (gradient, kernel, xShape) => {
      const shape = [...gradient.shape.slice(0, 3), xShape[3]];
      return everyNthGradient(matmul(gradient, kernel, 'second', shape), stride, xShape);
    },
    kernelGradient: (gradient, image, kernelShape) => {
      const x = everyNth(image, stride);
      const result = matmul(x, gradient, 'first', kernelShape);
      x.dispose();
      return result;
    },
  };
}

/** Means of single pixels: TensorFlow's pooling skips pixels many times faster than its StridedSlice. */
const skipping = (stride: number): Attributes => ({
  T: type('float32'),
  ksize: ints([1, 1, 1, 1]),
  strides: ints([1, stride, stride, 1]),
  padding: text('VALID'),
});

/** Every `stride`-th pixel in both directions of `[N, H, W, C]`, from the first on; a new handle. */
function everyNth(x: Tensor, stride: number): Tensor {
  return stride === 1 ? x.clone() : execute('AvgPool', skipping(stride), [x]);
}

/** The gradient of {@link everyNth}'s input, from that of its output, which it consumes: zeros in between. */
function everyNthGradient(gradient: Tensor, stride: number, xShape: readonly number[]): Tensor {
  if (stride === 1) return gradient;
  const shape = shapeTensor(xShape);
  const spread = execute('AvgPoolGrad', skipping(stride), [shape, gradient]);
  for (const tensor of [shape, gradient]) tensor.dispose();
  return spread;
}
