import type { Tensor } from '@tensorflow/tfjs-core';
import { execute, int, type } from '../kernels.js';
import type { Tape } from '../tape.js';
import { matrixProduct } from './matrix-product.js';
import { type Epilogue, finish, productWithEpilogue } from './product.js';

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
  return productWithEpilogue(tape, x, kernel, epilogue, {
    forward: (image, filter, following) => {
      const [n, h, w] = image.shape;
      const [k, , output] = filter.shape;
      const products = matrixProduct(image, filter, 'second', [n, h, w, k * k * output]);
      const y = execute('DepthToSpace', blocks, [products]);
      products.dispose();
      return finish(y, following);
    },
    inputGradient: (gradient, filter, xShape) => {
      const slopes = toBlocks(gradient);
      const result = matrixProduct(slopes, filter, 'none', xShape);
      slopes.dispose();
      return result;
    },
    kernelGradient: (gradient, image, filterShape) => {
      const slopes = toBlocks(gradient);
      const result = matrixProduct(slopes, image, 'first', filterShape);
      slopes.dispose();
      return result;
    },
  });
}
