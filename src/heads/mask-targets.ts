import type { Boxes } from '../geometry/boxes.js';
import type { ImageSize } from '../geometry/image-size.js';

/** A mask at its original size, which the network sees enlarged or reduced. */
export interface BitmapMask extends ImageSize {
  /** Row-major, 0 or 1. */
  readonly bitmap: Uint8Array;
}

/** Weights of the pixels along one axis for each bin: bin b takes `weights[start[b] …]` of the pixels from `from[b]` on. */
interface AxisWeights {
  readonly from: Int32Array;
  readonly start: Int32Array;
  readonly weights: Float64Array;
}

/**
 * What a mask head should predict for a RoI: the RoIAlign of the object's mask at the size of the network's input, scale 1,
 * as many samples a bin as it has pixels, no half-pixel shift. Not thresholded: a bin on the contour is between 0 and 1.
 *
 * The samples of a bin lie on a grid, so their mean is a weighted mean along y of weighted means along x: that is what
 * this computes, without ever enlarging the mask.
 *
 * @param boxes of which number `i` is the RoI, in pixels of the network's input
 * @param input the image's size in the network's input, to which the mask is scaled by taking the nearest pixel
 * @param size M
 * @param target `[M · M]` are written from position `at`
 */
export function maskTarget(
  mask: BitmapMask,
  input: ImageSize,
  boxes: Boxes,
  i: number,
  size: number,
  target: Float32Array,
  at: number,
): void {
  const [x1, y1, x2, y2] = boxes.subarray(4 * i, 4 * i + 4);
  const columns = axisWeights(x1, x2, size, input.width, mask.width);
  const rows = axisWeights(y1, y2, size, input.height, mask.height);

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
      target[at + a * size + b] = sum;
    }
  }
}

/**
 * @param start where the RoI starts on this axis
 * @param end where it ends
 * @param inputSide the image's length on this axis in the network's input
 * @param maskSide its original length, that of the mask
 */
function axisWeights(
  start: number,
  end: number,
  size: number,
  inputSide: number,
  maskSide: number,
): AxisWeights {
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
