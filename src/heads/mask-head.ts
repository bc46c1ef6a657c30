import type { Tensor } from '@tensorflow/tfjs-core';
import { convolve, type HeadConvolutionKind, headConvolution } from '../nn/head-convolution.js';
import { kaimingNormal, normal } from '../nn/initializers.js';
import { convolutionLayer, transposedConvolutionLayer } from '../nn/layers.js';
import type { Ops } from '../nn/ops.js';
import type { Scope } from '../nn/parameter.js';
import type { TensorOps } from '../nn/tensor-ops.js';

/** The head that predicts a mask of each class for each RoI. */
export interface MaskHead {
  /**
   * @param rois features `[R, S, S, C]`
   * @returns mask logits `[R, 2S, 2S, classes + 1]`; channel 0, background, is never trained
   */
  forward<T>(ops: Ops<T>, rois: T): T;
}

/**
 * Builds the mask head (He et al. 2017, Fig. 4): 3×3 convolutions, a 2×2 deconvolution with stride 2, each with ReLU,
 * and a 1×1 convolution to one mask a class.
 */
export function maskHead(
  scope: Scope,
  settings: {
    readonly inputChannels: number;
    readonly channels: number;
    /** Number of the 3×3 convolutions; may be 0. */
    readonly layers: number;
    /** Kind of the 3×3 convolutions. */
    readonly kind: HeadConvolutionKind;
    /** Number of classes without background. */
    readonly classes: number;
  },
): MaskHead {
  const { inputChannels, channels, layers, kind, classes } = settings;
  const convolutions = Array.from({ length: layers }, (_, i) =>
    headConvolution(scope.child(`mask_head.${i}.0`), kind, {
      in: i === 0 ? inputChannels : channels,
      out: channels,
      initializer: kaimingNormal(9 * channels),
      activation: 'relu',
    }),
  );
  const deconvolution = transposedConvolutionLayer(scope.child('mask_predictor.conv5_mask'), {
    in: layers === 0 ? inputChannels : channels,
    out: channels,
    kernel: 2,
    // The fan-out as PyTorch reckons it from a transposed kernel's dimensions.
    initializer: kaimingNormal(4 * channels),
    activation: 'relu',
  });
  const logits = convolutionLayer(scope.child('mask_predictor.mask_fcn_logits'), {
    in: channels,
    out: classes + 1,
    kernel: 1,
    // Small, so that no mask is certain at first. A deviation by fan-out would be large with few classes.
    initializer: normal(0.001),
  });
  return {
    forward<T>(ops: Ops<T>, rois: T): T {
      return ops.part('mask head', () => {
        const features = convolutions.reduce((x, layer) => convolve(ops, layer, x), rois);
        return ops.convolution(logits, ops.convolution(deconvolution, features));
      });
    },
  };
}

/**
 * The mask head's loss (He et al. 2017): binary cross-entropy between each RoI's mask of its true class and its target,
 * averaged over all pixels.
 *
 * @param logits `[R, M, M, classes + 1]` of RoIs that aren't background
 * @param labels `[R]`: class from 1
 * @param targets `[R · M · M]`, 0 to 1; see `maskTargets`
 * @returns a scalar
 */
export function maskLoss(ops: TensorOps, logits: Tensor, labels: Int32Array, targets: Float32Array): Tensor {
  return ops.sigmoidCrossEntropy(ops.selectChannel(logits, labels), targets);
}
