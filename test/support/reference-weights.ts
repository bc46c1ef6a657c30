import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../src/engine/tf.js';
import { type Parameter, parameterSize } from '../../src/nn/parameter.js';
import { Weights } from '../../src/nn/weights.js';
import { fromTorch, torchShape, toTorch } from '../../src/weights/torch-layout.js';
import { between } from './reference.js';

/** The bounds between which a weight is drawn, from its name and its shape in PyTorch. */
type WeightRange = (name: string, shape: readonly number[]) => [low: number, high: number];

/** Those of reference.py. */
export const weightRange: WeightRange = (name, shape) => {
  if (name.endsWith('running_var')) return [0.5, 1.5];
  if (name.endsWith('running_mean')) return [-0.2, 0.2];
  if (shape.length === 1 && name.endsWith('weight')) return name.includes('bn3') ? [0.1, 0.4] : [0.5, 1];
  if (name.endsWith('bias')) return [-0.1, 0.1];
  const gains: Record<string, number> = { cls_logits: 3, bbox_pred: 0.4, cls_score: 1.5 };
  const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
  const bound = (gains[name.split('.').at(-2) ?? ''] ?? 1) * Math.sqrt(3 / fanIn);
  return [-bound, bound];
};

/** The golden scripts' weights. */
export function referenceWeights(parameters: readonly Parameter[], range = weightRange): Weights {
  const weights = new Weights(parameters, 1);
  for (const parameter of parameters) {
    const shape = torchShape(parameter);
    const [low, high] = range(parameter.name, shape);
    const values = tf.tensor(
      fromTorch(parameter, between(parameter.name, parameterSize(parameter), low, high)),
      [...parameter.shape],
    );
    weights.variable(parameter).assign(values);
    values.dispose();
  }
  return weights;
}

/** What the golden scripts keep of a parameter's gradient: its norm, and its products with two random vectors. */
export function gradientDigest(parameter: Parameter, gradient: Tensor | undefined): number[] {
  if (gradient === undefined) return [0, 0, 0];
  const values = toTorch(parameter, gradient.dataSync<'float32'>());
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  const products = [0, 1].map((k) =>
    between(`projection/${k}/${parameter.name}`, values.length, -1, 1).reduce(
      (sum, weight, i) => sum + weight * values[i],
      0,
    ),
  );
  return [norm, ...products];
}
