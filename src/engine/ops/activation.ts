import type { Tensor } from '@tensorflow/tfjs-core';
import { type Attributes, execute, float, type } from '../kernels.js';

/** The activations that the networks here use. Both can be differentiated from their output alone. */
export type Activation = 'relu' | 'relu6';

const float32 = { T: type('float32') };

/** Applies the activation; a new tensor. */
export function activate(x: Tensor, activation: Activation): Tensor {
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
