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
  /** Velocities of the trainable parameters; part of a checkpoint. */
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
   * Updates every trainable parameter; one without a gradient has a gradient of zero. Frees the gradients.
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

  /** Gradient plus weight decay; consumes the gradient. */
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

/**
 * Learning rate of a step, counted from 0: the schedule's rate times the warm-up's factor. A warm-up longer than the
 * training is cut to its length; milestones beyond its end are never reached.
 */
export function learningRateAt(
  step: number,
  {
    learningRate,
    steps,
    warmup,
    schedule,
  }: Pick<TrainingConfig, 'learningRate' | 'steps' | 'warmup' | 'schedule'>,
): number {
  const warmupSteps = Math.min(warmup.steps, steps);
  const warming = step < warmupSteps ? warmup.factor + ((1 - warmup.factor) * step) / warmupSteps : 1;
  return learningRate * warming * scheduleFactor(step, steps, schedule);
}

function scheduleFactor(step: number, steps: number, schedule: TrainingConfig['schedule']): number {
  switch (schedule.kind) {
    case 'constant':
      return 1;
    case 'multi-step':
      return schedule.gamma ** schedule.milestones.filter((milestone) => milestone <= step).length;
    case 'cosine':
      return (1 + Math.cos((Math.PI * step) / steps)) / 2;
  }
}
