import type { Box } from '../geometry/boxes.js';
import type { ImageSize } from '../geometry/image-size.js';
import { nearestPixel } from '../geometry/mask-transforms.js';
import { forEachStretch, type RunLengthMask } from '../geometry/run-length-mask.js';

/** A RoI and the object whose mask it should show. */
export interface MaskRoi {
  /** In pixels of the network's input. */
  readonly box: Box;
  /** At its original size, which the network sees enlarged or reduced. */
  readonly mask: RunLengthMask;
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
 * weighted means along x: that is what this computes, without ever enlarging the mask or decoding it.
 */
function addMaskTarget(target: Float32Array, { box, mask, input }: MaskRoi, size: number): void {
  const [x1, y1, x2, y2] = box;
  const columns = axisWeights({ start: x1, end: x2, inputSide: input.width, maskSide: mask.width }, size);
  const rows = axisWeights({ start: y1, end: y2, inputSide: input.height, maskSide: mask.height }, size);

  const { first: firstRow, end: endRow } = pixelRange(rows);
  const alongX = new Float64Array((endRow - firstRow) * size);
  // From left to right, so that the weights of a bin are added up in their order.
  const addStretch = (x: number, top: number, bottom: number): void => {
    const start = (Math.max(top, firstRow) - firstRow) * size;
    const end = (Math.min(bottom, endRow) - firstRow) * size;
    for (let b = 0; b < size; b++) {
      const offset = x - columns.from[b];
      if (offset < 0 || offset >= columns.start[b + 1] - columns.start[b]) continue;
      const weight = columns.weights[columns.start[b] + offset];
      for (let i = start + b; i < end; i += size) alongX[i] += weight;
    }
  };
  forEachStretch(mask, addStretch, pixelRange(columns));
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

/** Pixels that the bins look at, from the first to the one behind the last. */
function pixelRange({ from, start }: AxisWeights): { first: number; end: number } {
  return {
    first: Math.min(...from),
    end: Math.max(...from.map((pixel, b) => pixel + start[b + 1] - start[b])),
  };
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
  const originalPixel = nearestPixel(maskSide, inputSide);

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
