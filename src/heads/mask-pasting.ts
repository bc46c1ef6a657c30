import type { Box } from '../geometry/boxes.js';
import type { ImageSize } from '../geometry/image-size.js';
import { RunBuilder } from '../geometry/run-builder.js';
import type { RunLengthMask } from '../geometry/run-length-mask.js';

/** Probability above which a pixel belongs to an object. */
const threshold = 0.5;

/**
 * Enlarges a predicted mask to its box and puts it into the image, as torchvision does: the mask gets a border of
 * zeros, the box grows with it and is truncated to whole pixels, the enlargement is bilinear (`align_corners=False`),
 * and pixels above 0.5 are inside.
 *
 * @param probabilities `[M · M]`, row-major
 * @param size M
 * @param box in pixels of the image
 */
export function pasteMask(
  probabilities: Float32Array,
  size: number,
  box: Box,
  image: ImageSize,
): RunLengthMask {
  const padded = size + 2;
  const [x1, y1, x2, y2] = grownBox(box, padded / size);
  const columns = interpolation(Math.max(x2 - x1 + 1, 1), padded);
  const rows = interpolation(Math.max(y2 - y1 + 1, 1), padded);
  const value = (row: number, column: number): number =>
    row === 0 || column === 0 || row > size || column > size
      ? 0
      : probabilities[(row - 1) * size + column - 1];

  const runs = new RunBuilder();
  const left = Math.max(x1, 0);
  const right = Math.min(x2 + 1, image.width);
  const top = Math.max(y1, 0);
  const bottom = Math.min(y2 + 1, image.height);
  const profile = new Float64Array(padded);
  for (let x = left; x < right; x++) {
    const column = columns[x - x1];
    for (let row = 0; row < padded; row++) {
      profile[row] =
        value(row, column.low) * (1 - column.fraction) + value(row, column.high) * column.fraction;
    }
    for (let y = top; y < bottom; y++) {
      const row = rows[y - y1];
      const probability = profile[row.low] * (1 - row.fraction) + profile[row.high] * row.fraction;
      if (probability > threshold) {
        const position = x * image.height + y;
        runs.add(position, position + 1);
      }
    }
  }
  return runs.finish(image);
}

/** Grows a box by `factor` about its center and truncates it towards zero, both ends inclusive. */
function grownBox([x1, y1, x2, y2]: Box, factor: number): [number, number, number, number] {
  const { fround } = Math;
  const scale = fround(factor);
  const halfWidth = fround(fround(fround(x2 - x1) * 0.5) * scale);
  const halfHeight = fround(fround(fround(y2 - y1) * 0.5) * scale);
  const centerX = fround(fround(x2 + x1) * 0.5);
  const centerY = fround(fround(y2 + y1) * 0.5);
  return [
    Math.trunc(fround(centerX - halfWidth)),
    Math.trunc(fround(centerY - halfHeight)),
    Math.trunc(fround(centerX + halfWidth)),
    Math.trunc(fround(centerY + halfHeight)),
  ];
}

/** Source pixels that a target pixel lies between. */
interface Interpolation {
  readonly low: number;
  readonly high: number;
  /** Weight of `high`. */
  readonly fraction: number;
}

/** Interpolates each of `length` target pixels where `source` pixels are stretched over them. */
function interpolation(length: number, source: number): Interpolation[] {
  return Array.from({ length }, (_, i) => {
    const position = Math.max(((i + 0.5) * source) / length - 0.5, 0);
    const low = Math.min(Math.floor(position), source - 1);
    return { low, high: Math.min(low + 1, source - 1), fraction: position - low };
  });
}
