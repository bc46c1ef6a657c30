import type { TrainingConfig } from '../config/schema.js';
import type { Loader } from '../datasets/loading/read-ahead.js';
import type { Weights } from '../nn/weights.js';
import type { Progress } from './checkpoint.js';
import { addGradients, computeGradients, type Gradients } from './gradients.js';
import type { Task } from './task.js';

/** What one step learns from its samples. */
export interface Step {
  /** Averaged over the step's passes. */
  readonly losses: Readonly<Record<string, number>>;
  /** Of the sum of the losses. */
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
  task: Task<Sample, unknown>,
  weights: Weights,
  loader: Loader<Sample>,
  { batchSize, accumulate: passes, recompute }: TrainingConfig,
  progress: Progress,
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
      (ops) => task.losses(ops, samples, position),
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
  progress: Progress,
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
