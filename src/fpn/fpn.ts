import { convolve, type HeadConvolutionKind, headConvolution } from '../nn/head-convolution.js';
import { kaimingUniform } from '../nn/initializers.js';
import { convolutionLayer } from '../nn/layers.js';
import type { Ops } from '../nn/ops.js';
import type { Scope } from '../nn/parameter.js';

/** Pyramid of equally wide maps, made from a backbone's. */
export interface FeaturePyramid {
  readonly channels: number;
  /** Makes P2 to P6 from C2 to C5; P6 is a quarter of P5's size and serves the RPN alone. */
  forward<T>(ops: Ops<T>, features: readonly T[]): T[];
}

/**
 * Builds a feature pyramid network (Lin et al. 2017): 1×1 lateral convolutions, a top-down pathway of
 * nearest-neighbor upsampling and sums, and a 3×3 convolution on each level; P6 is every other pixel of P5. Names are
 * torchvision's.
 *
 * @param inputChannels of C2 to C5
 * @param channels of each map of the pyramid
 * @param kind of the 3×3 convolutions
 */
export function featurePyramid(
  scope: Scope,
  inputChannels: readonly number[],
  channels: number,
  kind: HeadConvolutionKind,
): FeaturePyramid {
  const lateral = inputChannels.map((input, i) =>
    convolutionLayer(scope.child('inner_blocks').child(`${i}.0`), {
      in: input,
      out: channels,
      kernel: 1,
      initializer: kaimingUniform(input),
    }),
  );
  const output = inputChannels.map((_, i) =>
    headConvolution(scope.child('layer_blocks').child(`${i}.0`), kind, {
      in: channels,
      out: channels,
      initializer: kaimingUniform(9 * channels),
    }),
  );

  return {
    channels,
    forward<T>(ops: Ops<T>, features: readonly T[]): T[] {
      return ops.part('FPN', () => {
        const top = features.length - 1;
        const pyramid: T[] = [];
        let inner = ops.convolution(lateral[top], features[top]);
        pyramid[top] = convolve(ops, output[top], inner);
        for (let level = top - 1; level >= 0; level--) {
          inner = ops.upsampleAdd(inner, ops.convolution(lateral[level], features[level]));
          pyramid[level] = convolve(ops, output[level], inner);
        }
        return [...pyramid, ops.maxPool(pyramid[top], 1, { stride: 2, padding: 0 })];
      });
    },
  };
}
