import { tf } from '../engine/tf.js';
import type { Weights } from '../nn/weights.js';

/**
 * Decay of the moving average at an update: `decay`, but less at the beginning, so that the first weights, which are
 * random, are soon forgotten (as TensorFlow's ExponentialMovingAverage does with `num_updates`).
 *
 * @param updates number of updates before
 */
export function averageDecayAt(updates: number, decay: number): number {
  return Math.min(decay, (1 + updates) / (10 + updates));
}

/** Moves an average towards the weights, running statistics included: `average ← decay · average + (1 − decay) · w`. */
export function updateAverage(average: Weights, weights: Weights, decay: number): void {
  for (const parameter of weights.parameters) {
    tf.tidy(() => {
      const values = weights.variable(parameter).read();
      const before = average.variable(parameter).read();
      average.variable(parameter).assign(tf.add(tf.mul(before, decay), tf.mul(values, 1 - decay)));
    });
  }
}
