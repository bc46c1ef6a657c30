import type { Tensor } from '@tensorflow/tfjs-core';
import { hasOwnKernels } from '../backend.js';
import { executeMultiple, flag, float, type } from '../kernels.js';
import { executeOwn } from '../own-kernels.js';
import type { Tape } from '../tape.js';
import { tf } from '../tf.js';
import { type Activation, activationGradient, activationRange, applyEpilogue } from './epilogue.js';

const float32 = { T: type('float32') };

/** A norm that normalizes with the statistics of the batch at hand; each tensor is `[C]`. */
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

/** The normalized batch and the running statistics with this batch in them. */
export interface NormalizedBatch {
  readonly y: Tensor;
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
}

/** Steps after the norm, in the same operation. */
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
): NormalizedBatch {
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
interface NormPass extends NormalizedBatch {
  readonly saved: readonly Tensor[];
  readonly backward: (gradient: Tensor, x: Tensor, scale: Tensor) => Tensor[];
}

/** By our own kernels (`native/kernels/batch_norm.cc`). */
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
  const [normalized, runningMean, runningVariance, ...saved] = executeMultiple(
    'FusedBatchNormV3',
    { ...attributes, exponential_avg_factor: float(momentum) },
    [x, scale, shift, running.runningMean, running.runningVariance],
    6,
  );
  const y = applyEpilogue(normalized, { residual, activation });
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

/** A norm that normalizes with given statistics; each tensor is `[C]`. */
export interface FixedNorm {
  readonly scale: Tensor;
  readonly shift: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly epsilon: number;
}

/**
 * Folds a norm with fixed statistics into the kernel of the convolution before it: convolving with the folded kernel
 * and adding the folded bias equals convolving and then normalizing. Differentiable in kernel, scale and shift.
 *
 * @param kernel `[k, k, Cin, Cout]`, or `[k, k, C, multiplier]` of a depthwise convolution: a norm over its C ·
 * multiplier channels
 */
export function foldNorm(
  tape: Tape | undefined,
  kernel: Tensor,
  norm: FixedNorm,
): { readonly kernel: Tensor; readonly bias: Tensor } {
  const [k, , cin, cout] = kernel.shape;
  const channels = norm.scale.size;
  // The kernel as a matrix whose columns are the norm's channels.
  const columns = [(k * k * cin * cout) / channels, channels];
  const inverse = tf.tidy(() => tf.rsqrt(tf.add(norm.variance, norm.epsilon)));
  const factor = tf.mul(norm.scale, inverse);
  const folded = tf.tidy(() => tf.reshape(tf.mul(tf.reshape(kernel, columns), factor), kernel.shape));
  const bias = tf.tidy(() => tf.sub(norm.shift, tf.mul(norm.mean, factor)));
  const recorded = tape?.record(
    [kernel, norm.scale, norm.shift, norm.mean],
    [folded, bias],
    ([kernelGradient, biasGradient], [weights, scale, shift, mean]) => {
      if (kernelGradient === undefined || biasGradient === undefined) return [];
      return [
        tape.tracks(weights)
          ? tf.tidy(() => tf.reshape(tf.mul(tf.reshape(kernelGradient, columns), factor), weights.shape))
          : undefined,
        tape.tracks(scale)
          ? tf.tidy(() => {
              const product = tf.mul(kernelGradient, weights);
              const byKernel = tf.sum(tf.reshape(product, columns), 0);
              return tf.mul(tf.sub(byKernel, tf.mul(biasGradient, mean)), inverse);
            })
          : undefined,
        tape.tracks(shift) ? biasGradient.clone() : undefined,
        undefined,
      ];
    },
    {
      save: () => [factor, inverse],
      reads: tape.tracks(norm.scale) ? [kernel, norm.mean] : [],
    },
  );
  if (!recorded) for (const tensor of [factor, inverse]) tensor.dispose();
  return { kernel: folded, bias };
}
