import type { Tensor } from '@tensorflow/tfjs-core';
import { type Attributes, execute, int, type } from '../kernels.js';
import { tf } from '../tf.js';
import { matrixProduct } from './matrix-product.js';
import { type ProductKernels, shapeTensor } from './product.js';

/**
 * A 1×1 convolution without padding as what it is, a product of matrices: pixels by input channels times input channels by
 * output channels. TensorFlow's product is faster than its convolution, above all for the kernel's gradient and where
 * there are few channels.
 */
export function pointwiseKernels(stride: number): ProductKernels {
  return {
    forward: (image, kernel) => {
      const x = everyNth(image, stride);
      const y = matrixProduct(x, kernel, 'none', [...x.shape.slice(0, 3), kernel.shape[3] ?? 0]);
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

// Bits of the masks say which dimensions have no begin or no end: all four.
const everything = {
  T: type('float32'),
  Index: type('int32'),
  begin_mask: int(15),
  end_mask: int(15),
  ellipsis_mask: int(0),
  new_axis_mask: int(0),
  shrink_axis_mask: int(0),
} satisfies Attributes;

/** Every `stride`-th pixel in both directions of `[N, H, W, C]`, from the first on; a new handle. */
function everyNth(x: Tensor, stride: number): Tensor {
  if (stride === 1) return x.clone();
  const bounds = tf.zeros([4], 'int32');
  const strides = shapeTensor([1, stride, stride, 1]);
  const y = execute('StridedSlice', everything, [x, bounds, bounds, strides]);
  for (const tensor of [bounds, strides]) tensor.dispose();
  return y;
}

/** The gradient of {@link everyNth}'s input, from that of its output, which it consumes: zeros in between. */
function everyNthGradient(gradient: Tensor, stride: number, xShape: readonly number[]): Tensor {
  if (stride === 1) return gradient;
  const shape = shapeTensor(xShape);
  const bounds = tf.zeros([4], 'int32');
  const strides = shapeTensor([1, stride, stride, 1]);
  const spread = execute('StridedSliceGrad', everything, [shape, bounds, bounds, strides, gradient]);
  for (const tensor of [shape, bounds, strides, gradient]) tensor.dispose();
  return spread;
}
