import type { Tensor } from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/schema.js';
import { execute, type } from '../engine/kernels.js';
import { tf } from '../engine/tf.js';
import { Variable } from '../engine/variable.js';
import type { Parameter } from '../nn/parameter.js';
import type { Weights } from '../nn/weights.js';
import type { Gradients } from './gradients.js';

const float32 = { T: type('float32') };

/**
 * Stochastic gradient descent with momentum and weight decay, as PyTorch's: `v ← momentum · v + gradient + decay · w`,
 * `w ← w − rate · v`. Variables are updated in place.
 */
export class Sgd {
  /** The trainable parameters' velocities; part of a checkpoint. */
  readonly velocities: ReadonlyMap<Parameter, Variable>;
  readonly #weights: Weights;
  readonly #settings: Pick<TrainingConfig, 'momentum' | 'weightDecay' | 'decayBiasesAndNorms'>;

  constructor(
    weights: Weights,
    settings: Pick<TrainingConfig, 'momentum' | 'weightDecay' | 'decayBiasesAndNorms'>,
  ) {
    this.#weights = weights;
    this.#settings = settings;
    const velocities = new Map<Parameter, Variable>();
    for (const parameter of weights.parameters) {
      if (!parameter.trainable) continue;
      const velocity = new Variable(parameter.shape);
      const zeros = tf.zeros([...parameter.shape]);
      velocity.assign(zeros);
      zeros.dispose();
      velocities.set(parameter, velocity);
    }
    this.velocities = velocities;
  }

  /**
   * One update of every trainable parameter; one without a gradient has a gradient of zero. Frees the gradients.
   */
  step(gradients: Gradients, learningRate: number): void {
    const rate = tf.scalar(learningRate);
    const momentum = tf.scalar(this.#settings.momentum);
    for (const [parameter, velocity] of this.velocities) {
      const variable = this.#weights.variable(parameter);
      const gradient = this.#decayed(parameter, variable, gradients.get(parameter));
      variable.descend(velocity, gradient, rate, momentum);
      gradient.dispose();
    }
    for (const tensor of [rate, momentum]) tensor.dispose();
  }

  dispose(): void {
    for (const velocity of this.velocities.values()) velocity.dispose();
  }

  /** The gradient plus weight decay; consumes the gradient. */
  #decayed(parameter: Parameter, variable: Variable, gradient: Tensor | undefined): Tensor {
    const { weightDecay, decayBiasesAndNorms } = this.#settings;
    if (weightDecay === 0 || (parameter.role !== 'weight' && !decayBiasesAndNorms)) {
      return gradient ?? tf.zeros([...parameter.shape]);
    }
    const values = variable.read();
    const decay = tf.mul(values, weightDecay);
    values.dispose();
    if (!gradient) return decay;
    const sum = execute('AddV2', float32, [gradient, decay]);
    for (const tensor of [gradient, decay]) tensor.dispose();
    return sum;
  }
}
