import type { Tensor } from '@tensorflow/tfjs-core';
import type { Box } from '../geometry/boxes.js';
import type { ImageSize } from '../geometry/image-size.js';
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
 * @param targets `[R · M · M]`, 0 to 1; see {@link maskTargets}
 * @returns a scalar
 */
export function maskLoss(ops: TensorOps, logits: Tensor, labels: Int32Array, targets: Float32Array): Tensor {
  return ops.sigmoidCrossEntropy(ops.selectChannel(logits, labels), targets);
}

/** A mask at its original size, which the network sees enlarged or reduced. */
export interface BitmapMask extends ImageSize {
  /** Row-major, 0 or 1. */
  readonly bitmap: Uint8Array;
}

/** A RoI and the object whose mask it should show. */
export interface MaskRoi {
  /** In pixels of the network's input. */
  readonly box: Box;
  readonly mask: BitmapMask;
  /** Size of the image in the network's input, to which the mask is scaled by taking the nearest pixel. */
  readonly input: ImageSize;
}

/**
 * Computes what the mask head should predict: for each RoI the RoIAlign of its object's mask at the size of the
 * network's input, scale 1, as many samples a bin as it has pixels, no half-pixel shift. Not thresholded: a bin on
 * the contour is between 0 and 1.
 *
 * @param size M
 * @returns `[R · M · M]`
 */
export function maskTargets(rois: readonly MaskRoi[], size: number): Float32Array {
  const targets = new Float32Array(rois.length * size * size);
  for (const [i, roi] of rois.entries()) {
    addMaskTarget(targets.subarray(i * size * size, (i + 1) * size * size), roi, size);
  }
  return targets;
}

/**
 * Writes the target of one RoI. The samples of a bin lie on a grid, so their mean is a weighted mean along y of
 * weighted means along x: that is what this computes, without ever enlarging the mask.
 */
function addMaskTarget(target: Float32Array, { box, mask, input }: MaskRoi, size: number): void {
  const [x1, y1, x2, y2] = box;
  const columns = axisWeights({ start: x1, end: x2, inputSide: input.width, maskSide: mask.width }, size);
  const rows = axisWeights({ start: y1, end: y2, inputSide: input.height, maskSide: mask.height }, size);

  const firstRow = Math.min(...rows.from);
  const lastRow = Math.max(...rows.from.map((from, b) => from + rows.start[b + 1] - rows.start[b]));
  const alongX = new Float64Array(Math.max(lastRow - firstRow, 0) * size);
  for (let row = firstRow; row < lastRow; row++) {
    for (let b = 0; b < size; b++) {
      let sum = 0;
      let pixel = row * mask.width + columns.from[b];
      for (let w = columns.start[b]; w < columns.start[b + 1]; w++) {
        if (mask.bitmap[pixel++]) sum += columns.weights[w];
      }
      alongX[(row - firstRow) * size + b] = sum;
    }
  }
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      let sum = 0;
      let row = rows.from[a] - firstRow;
      for (let w = rows.start[a]; w < rows.start[a + 1]; w++) {
        sum += rows.weights[w] * alongX[row++ * size + b];
      }
      target[a * size + b] = sum;
    }
  }
}

/**
 * Weights of the pixels along one axis for each bin: bin b takes `weights[start[b] …]` of the pixels from `from[b]`
 * on.
 */
interface AxisWeights {
  readonly from: Int32Array;
  readonly start: Int32Array;
  readonly weights: Float64Array;
}

/** A RoI and a mask along one axis. */
interface Axis {
  /** Start and end of the RoI in the network's input. */
  readonly start: number;
  readonly end: number;
  /** Length of the image in the network's input. */
  readonly inputSide: number;
  /** Length of the original image, and of the mask. */
  readonly maskSide: number;
}

function axisWeights({ start, end, inputSide, maskSide }: Axis, size: number): AxisWeights {
  const length = Math.max(end - start, 1);
  const samples = Math.ceil(length / size);
  const nearest = Math.fround(maskSide / inputSide);
  const originalPixel = (p: number): number => Math.min(Math.floor(Math.fround(p * nearest)), maskSide - 1);

  const from = new Int32Array(size);
  const starts = new Int32Array(size + 1);
  const weights: number[] = [];
  for (let b = 0; b < size; b++) {
    const ofBin = new Map<number, number>();
    const add = (pixel: number, weight: number): void => {
      const original = originalPixel(pixel);
      ofBin.set(original, (ofBin.get(original) ?? 0) + weight / samples);
    };
    for (let s = 0; s < samples; s++) {
      const position = start + (b + (s + 0.5) / samples) * (length / size);
      if (position < -1 || position > inputSide) continue;
      const clamped = Math.min(Math.max(position, 0), inputSide - 1);
      const low = Math.floor(clamped);
      add(low, 1 - (clamped - low));
      if (clamped > low) add(low + 1, clamped - low);
    }
    if (ofBin.size > 0) {
      const pixels = [...ofBin.keys()];
      from[b] = Math.min(...pixels);
      const last = Math.max(...pixels);
      for (let pixel = from[b]; pixel <= last; pixel++) weights.push(ofBin.get(pixel) ?? 0);
    }
    starts[b + 1] = weights.length;
  }
  return { from, start: starts, weights: Float64Array.from(weights) };
}
