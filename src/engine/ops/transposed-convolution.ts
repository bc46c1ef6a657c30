import type { Tensor } from '@tensorflow/tfjs-core';
import { execute, ints, text, type } from '../kernels.js';
import type { Tape } from '../tape.js';
import { type Epilogue, productWithEpilogue, shapeTensor } from './product.js';

/**
 * Transposed convolution (deconvolution) without padding + bias + activation as one differentiable operation.
 *
 * @param x `[N, H, W, Cin]`
 * @param kernel `[k, k, Cout, Cin]`
 * @returns `[N, (H − 1)·stride + k, (W − 1)·stride + k, Cout]`
 */
export function transposedConvolution(
  tape: Tape | undefined,
  x: Tensor,
  kernel: Tensor,
  stride: number,
  epilogue: Epilogue = {},
): Tensor {
  // It is the input gradient of the convolution that goes the other way.
  const attributes = { T: type('float32'), strides: ints([1, stride, stride, 1]), padding: text('VALID') };
  return productWithEpilogue(tape, x, kernel, epilogue, {
    forward: (image, filter) => {
      const [n, h, w] = image.shape;
      const [k, , channels] = filter.shape;
      const size = shapeTensor([n, (h - 1) * stride + k, (w - 1) * stride + k, channels]);
      const y = execute('Conv2DBackpropInput', attributes, [size, filter, image]);
      size.dispose();
      return y;
    },
    inputGradient: (gradient, filter) => execute('Conv2D', attributes, [gradient, filter]),
    kernelGradient: (gradient, image, filterShape) => {
      const size = shapeTensor(filterShape);
      const result = execute('Conv2DBackpropFilter', attributes, [gradient, size, image]);
      size.dispose();
      return result;
    },
  });
}
