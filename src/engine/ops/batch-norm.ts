import type { Tensor } from '@tensorflow/tfjs-core';
import { execute, executeMultiple, flag, float, type } from '../kernels.js';
import type { Tape } from '../tape.js';
import { type Activation, activate, activationGradient } from './activation.js';

const float32 = { T: type('float32') };

/** A norm that normalises with the statistics of the batch at hand; each tensor is `[C]`. */
export interface TrainedNorm {
  readonly scale: Tensor;
  readonly shift: Tensor;
  readonly epsilon: number;
  /** Means of the batches so far, weighted by how recent they are. */
  readonly runningMean: Tensor;
  /** The same of the unbiased variances. */
  readonly runningVariance: Tensor;
  /** Share of this batch in the new running statistics. */
  readonly momentum: number;
}

/** The normalised batch and the running statistics with this batch in them. */
export interface NormalisedBatch {
  readonly y: Tensor;
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
}

/**
 * Batch norm with the batch's own statistics + residual + activation as one differentiable operation:
 * `activation((x − mean) / √(variance + epsilon) · scale + shift + residual)`.
 *
 * @param x `[N, H, W, C]`
 */
export function batchNorm(
  tape: Tape | undefined,
  x: Tensor,
  { scale, shift, epsilon, momentum, ...running }: TrainedNorm,
  { residual, activation }: { residual?: Tensor | undefined; activation?: Activation | undefined } = {},
): NormalisedBatch {
  const attributes = {
    ...float32,
    U: type('float32'),
    epsilon: float(epsilon),
    is_training: flag(true),
  };
  const [normalised, runningMean, runningVariance, ...reserved] = executeMultiple(
    'FusedBatchNormV3',
    { ...attributes, exponential_avg_factor: float(momentum) },
    [x, scale, shift, running.runningMean, running.runningVariance],
    6,
  );
  let y = normalised;
  if (residual) {
    const sum = execute('AddV2', float32, [y, residual]);
    y.dispose();
    y = sum;
  }
  if (activation) {
    const activated = activate(y, activation);
    y.dispose();
    y = activated;
  }
  const recorded = tape?.record(
    [x, scale, shift, ...(residual ? [residual] : [])],
    [y],
    ([gradient], [input, factor]) => {
      if (gradient === undefined) return [];
      const through = activation ? activationGradient(gradient, y, activation) : gradient.clone();
      const [dx, dScale, dShift, ...unused] = executeMultiple(
        'FusedBatchNormGradV3',
        attributes,
        [through, input, factor, ...reserved],
        5,
      );
      for (const tensor of unused) tensor.dispose();
      if (residual) return [dx, dScale, dShift, through];
      through.dispose();
      return [dx, dScale, dShift];
    },
    () => reserved,
  );
  if (!recorded) for (const tensor of reserved) tensor.dispose();
  return { y, runningMean, runningVariance };
}
