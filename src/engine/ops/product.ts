import type { Tensor } from '@tensorflow/tfjs-core';
import { execute, type } from '../kernels.js';
import type { Tape } from '../tape.js';
import { tf } from '../tf.js';
import { type Activation, activate, activationGradient } from './activation.js';

const float32 = { T: type('float32') };

/** A shape as the kernels take it. */
export const shapeTensor = (shape: readonly number[]): Tensor => tf.tensor1d([...shape], 'int32');

/** What follows the product of an image and a kernel in one differentiable operation. */
export interface Epilogue {
  /** `[C]`, added to each pixel. */
  readonly bias?: Tensor | undefined;
  /** Added before the activation; of the output's shape. */
  readonly residual?: Tensor | undefined;
  readonly activation?: Activation | undefined;
}

/** `activation(product + bias + residual)`; consumes the product. */
export function finish(product: Tensor, { bias, residual, activation }: Epilogue): Tensor {
  let y = product;
  const replace = (next: Tensor): void => {
    y.dispose();
    y = next;
  };
  if (bias) replace(execute('BiasAdd', float32, [y, bias]));
  if (residual) replace(execute('AddV2', float32, [y, residual]));
  if (activation) replace(activate(y, activation));
  return y;
}

/** The gradients that pass an epilogue, from that of its output `y`. */
function finishGradients(
  gradient: Tensor,
  y: Tensor,
  { bias, residual, activation }: Epilogue,
  tape: Tape,
): { product: Tensor; bias: Tensor | undefined; residual: Tensor | undefined } {
  const product = activation ? activationGradient(gradient, y, activation) : gradient.clone();
  return {
    product,
    bias: bias && tape.tracks(bias) ? execute('BiasAddGrad', float32, [product]) : undefined,
    residual: residual && tape.tracks(residual) ? product.clone() : undefined,
  };
}

/** A bilinear operation with what follows it, and the bilinear operation's two gradients. */
export interface ProductKernels {
  /** `activation(product + bias + residual)`: by {@link finish}, unless a kernel does that as well. */
  readonly forward: (x: Tensor, kernel: Tensor, epilogue: Epilogue) => Tensor;
  readonly inputGradient: (gradient: Tensor, kernel: Tensor, xShape: readonly number[]) => Tensor;
  readonly kernelGradient: (gradient: Tensor, x: Tensor, kernelShape: readonly number[]) => Tensor;
}

/** Records `activation(product(x, kernel) + bias + residual)` as one operation that saves only x, kernel and output. */
export function productWithEpilogue(
  tape: Tape | undefined,
  x: Tensor,
  kernel: Tensor,
  epilogue: Epilogue,
  kernels: ProductKernels,
): Tensor {
  const y = kernels.forward(x, kernel, epilogue);
  const { bias, residual } = epilogue;
  tape?.record(
    [x, kernel, ...(bias ? [bias] : []), ...(residual ? [residual] : [])],
    [y],
    ([gradient], [input, weights]) => {
      if (gradient === undefined) return [];
      const through = finishGradients(gradient, y, epilogue, tape);
      const gradients = [
        tape.tracks(input) ? kernels.inputGradient(through.product, weights, input.shape) : undefined,
        tape.tracks(weights) ? kernels.kernelGradient(through.product, input, weights.shape) : undefined,
        ...(bias ? [through.bias] : []),
        ...(residual ? [through.residual] : []),
      ];
      through.product.dispose();
      return gradients;
    },
    { reads: [x, kernel, ...(epilogue.activation ? [y] : [])] },
  );
  return y;
}
