import type { Tensor } from '@tensorflow/tfjs-core';
import { hasOwnKernels } from '../backend.js';
import { executeMultiple, flag, float, type } from '../kernels.js';
import type { Tape } from '../tape.js';
import { type Activation, activationGradient, activationRange } from './activation.js';
import { executeOwn } from './own-kernels.js';
import { finish } from './product.js';

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

/** What follows the norm in the same operation. */
interface NormEpilogue {
  readonly residual?: Tensor | undefined;
  readonly activation?: Activation | undefined;
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
  norm: TrainedNorm,
  epilogue: NormEpilogue = {},
): NormalisedBatch {
  const { scale, shift } = norm;
  const { residual } = epilogue;
  const pass = hasOwnKernels() ? ownPass(x, norm, epilogue) : tensorflowPass(x, norm, epilogue);
  const { y, saved, backward, ...running } = pass;
  const recorded = tape?.record(
    [x, scale, shift, ...(residual ? [residual] : [])],
    [y],
    ([gradient], [input, factor]) => (gradient === undefined ? [] : backward(gradient, input, factor)),
    { save: () => saved, reads: [x, scale, ...(epilogue.activation ? [y] : [])] },
  );
  if (!recorded) for (const tensor of saved) tensor.dispose();
  return { y, ...running };
}

/** A forward pass, and how its backward pass gives the gradients of x, scale, shift and, if there is one, the residual. */
interface NormPass extends NormalisedBatch {
  readonly saved: readonly Tensor[];
  readonly backward: (gradient: Tensor, x: Tensor, scale: Tensor) => Tensor[];
}

/** By our own kernels (`native/batch_norm.cc`). */
function ownPass(
  x: Tensor,
  { scale, shift, epsilon, momentum, ...running }: TrainedNorm,
  { residual, activation }: NormEpilogue,
): NormPass {
  const range = activationRange(activation);
  const [y, mean, deviation, runningMean, runningVariance] = executeOwn(
    'AttoBatchNorm',
    { ...range, epsilon: float(epsilon), momentum: float(momentum) },
    [x, scale, shift, running.runningMean, running.runningVariance, residual],
    5,
  );
  return {
    y,
    runningMean,
    runningVariance,
    saved: [mean, deviation],
    backward: (gradient, input, factor) => {
      const [dx, dScale, dShift, dResidual] = executeOwn(
        'AttoBatchNormGradient',
        { ...range, residual: flag(residual !== undefined) },
        [gradient, activation ? y : input, input, factor, mean, deviation],
        4,
      );
      if (residual) return [dx, dScale, dShift, dResidual];
      dResidual.dispose();
      return [dx, dScale, dShift];
    },
  };
}

/** By TensorFlow's kernels. */
function tensorflowPass(
  x: Tensor,
  { scale, shift, epsilon, momentum, ...running }: TrainedNorm,
  { residual, activation }: NormEpilogue,
): NormPass {
  const attributes = {
    ...float32,
    U: type('float32'),
    epsilon: float(epsilon),
    is_training: flag(true),
  };
  const [normalised, runningMean, runningVariance, ...saved] = executeMultiple(
    'FusedBatchNormV3',
    { ...attributes, exponential_avg_factor: float(momentum) },
    [x, scale, shift, running.runningMean, running.runningVariance],
    6,
  );
  const y = finish(normalised, { residual, activation });
  return {
    y,
    runningMean,
    runningVariance,
    saved,
    backward: (gradient, input, factor) => {
      const through = activation ? activationGradient(gradient, y, activation) : gradient.clone();
      const [dx, dScale, dShift, ...unused] = executeMultiple(
        'FusedBatchNormGradV3',
        attributes,
        [through, input, factor, ...saved],
        5,
      );
      for (const tensor of unused) tensor.dispose();
      if (residual) return [dx, dScale, dShift, through];
      through.dispose();
      return [dx, dScale, dShift];
    },
  };
}
