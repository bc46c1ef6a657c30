import type { Tensor } from '@tensorflow/tfjs-core';
import { type Attributes, execute, ints, text, type } from '../kernels.js';
import { matrixProduct, productAndEpilogue } from './matrix-product.js';
import { type ProductKernels, shapeTensor } from './product.js';

/**
 * A 1×1 convolution without padding as what it is, a product of matrices: pixels by input channels times input channels by
 * output channels. TensorFlow's product is faster than its convolution, above all for the kernel's gradient and where
 * there are few channels.
 */
export function pointwiseKernels(stride: number): ProductKernels {
  return {
    forward: (image, kernel, epilogue) => {
      const x = everyNth(image, stride);
      const y = productAndEpilogue(x, kernel, epilogue);
      x.dispose();
      return y;
    },
    inputGradient: (gradient, kernel, xShape) => {
      const shape = [...gradient.shape.slice(0, 3), xShape[3]];
      return everyNthGradient(matrixProduct(gradient, kernel, 'second', shape), stride, xShape);
    },
    kernelGradient: (gradient, image, kernelShape) => {
      const x = everyNth(image, stride);
      const result = matrixProduct(x, gradient, 'first', kernelShape);
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
