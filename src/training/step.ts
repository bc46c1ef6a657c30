import type { TrainingConfig } from '../config/schema.js';
import type { Loader } from '../datasets/loading/read-ahead.js';
import type { Weights } from '../nn/weights.js';
import type { RunProgress } from './checkpoint.js';
import { addGradients, computeGradients, type Gradients } from './gradients.js';
import type { Learner } from './learner.js';

/** Network that a step trains, and the samples that it takes. */
export interface StepSource<Sample extends { readonly id: string }> {
  readonly learner: Learner<Sample, unknown>;
  readonly weights: Weights;
  readonly loader: Loader<Sample>;
}

/** Losses and gradients of one step. */
export interface Step {
  /** Averages over the step's passes. */
  readonly losses: Readonly<Record<string, number>>;
  /** Gradients of the sum of the losses. */
  readonly gradients: Gradients;
  /** Seconds that the step waited for its samples. */
  readonly dataTime: number;
}

/**
 * Takes the samples of a step and computes their losses and gradients, in one or several passes.
 *
 * @throws Error when a loss isn't finite
 */
export async function computeStep<Sample extends { readonly id: string }>(
  { learner, weights, loader }: StepSource<Sample>,
  { batchSize, accumulate: passes, recompute }: TrainingConfig,
  progress: RunProgress,
): Promise<Step> {
  const losses: Record<string, number> = {};
  let gradients: Gradients = new Map();
  let dataTime = 0;
  for (let pass = 0; pass < passes; pass++) {
    const samples: Sample[] = [];
    const started = performance.now();
    while (samples.length < batchSize) samples.push(await loader.next());
    dataTime += (performance.now() - started) / 1000;
    const position = progress.images + pass * batchSize;
    const result = computeGradients(
      weights,
      (ops) => learner.losses(ops, samples, position),
      1 / passes,
      recompute,
    );
    if (!result.gradients) throw nonFiniteLoss(progress, result.losses, samples);
    gradients = addGradients(gradients, result.gradients);
    for (const [name, loss] of Object.entries(result.losses)) {
      losses[name] = (losses[name] ?? 0) + loss / passes;
    }
  }
  return { losses, gradients, dataTime };
}

function nonFiniteLoss(
  progress: RunProgress,
  losses: Readonly<Record<string, number>>,
  samples: readonly { readonly id: string }[],
): Error {
  const values = Object.entries(losses).map(([name, loss]) => `${name} ${loss}`);
  const ids = samples.map(({ id }) => id);
  return new Error(
    `step ${progress.step + 1}: a loss isn't finite (${values.join(', ')}) on ${ids.join(', ')}; ` +
      'lower training.learningRate, lengthen training.warmup or set training.clipNorm; the last checkpoint is kept',
  );
}
