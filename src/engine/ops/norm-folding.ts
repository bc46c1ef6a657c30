import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tape } from '../tape.js';
import { tf } from '../tf.js';

/** A norm that normalises with given statistics; each tensor is `[C]`. */
export interface FixedNorm {
  readonly scale: Tensor;
  readonly shift: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly epsilon: number;
}

/**
 * Folds a norm with fixed statistics into the kernel of the convolution before it: convolving with the folded kernel
 * and adding the folded bias equals convolving and then normalising. Differentiable in kernel, scale and shift.
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
