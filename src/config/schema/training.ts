import { z } from 'zod';
import { count, fraction, positive } from './values.js';

/** How a network is trained. */
export const training = z.strictObject({
  /** Optimizer steps. */
  steps: count,
  /** Images a forward pass. */
  batchSize: count.default(2),
  /** Forward passes a step. */
  accumulate: count.default(1),
  learningRate: positive,
  momentum: fraction.default(0.9),
  weightDecay: z.number().min(0).default(1e-4),
  /** Whether weight decay also holds for biases and norms, as in torchvision's recipe. */
  decayBiasesAndNorms: z.boolean().default(true),
  /** The learning rate grows linearly from `factor` of its value over so many steps. */
  warmup: z.strictObject({ steps: z.int().min(0).default(0), factor: fraction.default(0.001) }).prefault({}),
  schedule: z
    .discriminatedUnion('kind', [
      /** Multiplied by `gamma` at each milestone. */
      z.strictObject({
        kind: z.literal('multi-step'),
        milestones: z.array(count),
        gamma: fraction.default(0.1),
      }),
      /** Falls to 0 along half a cosine. */
      z.strictObject({ kind: z.literal('cosine') }),
      z.strictObject({ kind: z.literal('constant') }),
    ])
    .default({ kind: 'constant' }),
  /** Gradients are scaled down to this global norm. */
  clipNorm: positive.optional(),
  /**
   * Whether the backward pass computes the activations inside of the backbone's blocks again instead of keeping them: less
   * memory, more time, the same result but for rounding.
   */
  recompute: z.boolean().default(false),
  /** Steps between checkpoints. */
  checkpointEvery: count.default(1000),
  /** Steps between evaluations on the validation split; none by default. */
  validateEvery: count.optional(),
});

/** What classifiers have beside it. */
export const classificationTraining = z.strictObject({
  ...training.shape,
  /** Share of the target probability that is spread evenly over all outputs. */
  labelSmoothing: z.number().min(0).lt(1).default(0),
  /**
   * Share of the average so far in a running average of the weights, which then is what is evaluated and kept; none by
   * default.
   */
  emaDecay: z.number().min(0).lt(1).optional(),
});
