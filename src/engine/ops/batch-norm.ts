import type { Tensor } from '@tensorflow/tfjs-core';
import { execute, executeMultiple, flag, float, type } from '../kernels.js';
import type { Tape } from '../tape.js';
import { tf } from '../tf.js';
import { type Activation, activate, activationGradient } from './activation.js';

const float32 = { T: type('float32') };

/** The normalised batch and what it was normalised with. */
export interface NormalisedBatch {
  readonly y: Tensor;
  /** `[C]` */
  readonly mean: Tensor;
  /** `[C]`; the unbiased estimate, which running statistics take in. */
  readonly variance: Tensor;
}

/**
 * Batch norm with the batch's own statistics + residual + activation as one differentiable operation:
 * `activation((x − mean) / √(variance + epsilon) · scale + shift + residual)`.
 *
 * @param x `[N, H, W, C]`
 * @param scale `[C]`
 * @param shift `[C]`
 */
export function batchNorm(
  tape: Tape | undefined,
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  epsilon: number,
  { residual, activation }: { residual?: Tensor | undefined; activation?: Activation | undefined } = {},
): NormalisedBatch {
  const attributes = {
    ...float32,
    U: type('float32'),
    epsilon: float(epsilon),
    is_training: flag(true),
  };
  const empty = tf.tensor1d([], 'float32');
  const [normalised, mean, variance, ...reserved] = executeMultiple(
    'FusedBatchNormV3',
    { ...attributes, exponential_avg_factor: float(1) },
    [x, scale, shift, empty, empty],
    6,
  );
  empty.dispose();
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
  return { y, mean, variance };
}
