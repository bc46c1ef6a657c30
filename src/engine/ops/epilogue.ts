import type { Tensor } from '@tensorflow/tfjs-core';
import { type Attributes, execute, float, type } from '../kernels.js';
import type { Tape } from '../tape.js';

const float32 = { T: type('float32') };

/** The activations that the networks here use. Both can be differentiated from their output alone. */
export type Activation = 'relu' | 'relu6';

/** Applies the activation; a new tensor. */
function activate(x: Tensor, activation: Activation): Tensor {
  return execute(activation === 'relu' ? 'Relu' : 'Relu6', float32, [x]);
}

/** The gradient of the activation's input from that of its output and the output `y` itself; a new tensor. */
export function activationGradient(gradient: Tensor, y: Tensor, activation: Activation): Tensor {
  return execute(activation === 'relu' ? 'ReluGrad' : 'Relu6Grad', float32, [gradient, y]);
}

const range = (low: number, high: number) => ({ low: float(low), high: float(high) });
const ranges = {
  none: range(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
  relu: range(0, Number.POSITIVE_INFINITY),
  relu6: range(0, 6),
};

/** The range of an activation as our own kernels take it. */
export const activationRange = (activation: Activation | undefined): Attributes =>
  ranges[activation ?? 'none'];

/** Steps after the product of an image and a kernel, in the same differentiable operation. */
export interface Epilogue {
  /** `[C]`, added to each pixel. */
  readonly bias?: Tensor | undefined;
  /** Added before the activation; of the output's shape. */
  readonly residual?: Tensor | undefined;
  readonly activation?: Activation | undefined;
}

/** `activation(product + bias + residual)`; consumes the product. */
export function applyEpilogue(product: Tensor, { bias, residual, activation }: Epilogue): Tensor {
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
function epilogueGradients(
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
export interface BilinearKernels {
  /** `activation(product + bias + residual)`: by {@link applyEpilogue}, unless a kernel does that as well. */
  readonly forward: (x: Tensor, kernel: Tensor, epilogue: Epilogue) => Tensor;
  readonly inputGradient: (gradient: Tensor, kernel: Tensor, xShape: readonly number[]) => Tensor;
  readonly kernelGradient: (gradient: Tensor, x: Tensor, kernelShape: readonly number[]) => Tensor;
}

/** Records `activation(product(x, kernel) + bias + residual)` as one operation that saves only x, kernel and output. */
export function bilinear(
  tape: Tape | undefined,
  x: Tensor,
  kernel: Tensor,
  epilogue: Epilogue,
  kernels: BilinearKernels,
): Tensor {
  const y = kernels.forward(x, kernel, epilogue);
  const { bias, residual } = epilogue;
  tape?.record(
    [x, kernel, ...(bias ? [bias] : []), ...(residual ? [residual] : [])],
    [y],
    ([gradient], [input, weights]) => {
      if (gradient === undefined) return [];
      const through = epilogueGradients(gradient, y, epilogue, tape);
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
