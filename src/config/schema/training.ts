import { z } from 'zod';
import { count, fraction, positive } from './values.js';

/** Training of any network: SGD with momentum and its schedule. */
export const training = z.strictObject({
  /** Number of optimizer steps. */
  steps: count,
  /** Images per forward pass. */
  batchSize: count.default(2),
  /** Forward passes per step; their gradients are averaged. */
  accumulate: count.default(1),
  learningRate: positive,
  momentum: fraction.default(0.9),
  weightDecay: z.number().min(0).default(1e-4),
  /** Whether weight decay also applies to biases and norms, as in torchvision's recipe. */
  decayBiasesAndNorms: z.boolean().default(true),
  /** Linear growth of the learning rate from `factor` times its value, over the first `steps` steps. */
  warmup: z.strictObject({ steps: z.int().min(0).default(0), factor: fraction.default(0.001) }).prefault({}),
  schedule: z
    .discriminatedUnion('kind', [
      /** Multiplication by `gamma` at each milestone. */
      z.strictObject({
        kind: z.literal('multi-step'),
        milestones: z.array(count),
        gamma: fraction.default(0.1),
      }),
      /** Decay to 0 along half a cosine. */
      z.strictObject({ kind: z.literal('cosine') }),
      z.strictObject({ kind: z.literal('constant') }),
    ])
    .default({ kind: 'constant' }),
  /** Maximum global norm of the gradients, which are scaled down to it; no limit by default. */
  clipNorm: positive.optional(),
  /**
   * Whether the backward pass recomputes the activations inside the backbone's blocks instead of keeping them: less
   * memory, more time, the same result up to rounding.
   */
  recompute: z.boolean().default(false),
  /**
   * Decay of an exponential moving average of the weights, which then is evaluated and kept in place of the weights; no
   * average by default.
   */
  emaDecay: z.number().min(0).lt(1).optional(),
  /** Steps between checkpoints. */
  checkpointEvery: count.default(1000),
  /** Steps between evaluations on the validation split; no evaluation by default. */
  validateEvery: count.optional(),
});

/** Training of a classifier. */
export const classificationTraining = z.strictObject({
  ...training.shape,
  /** Share of the target probability that is spread evenly over all outputs (Szegedy et al. 2016). */
  labelSmoothing: z.number().min(0).lt(1).default(0),
});
