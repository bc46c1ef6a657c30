import type { Boxes } from './box-iou.js';

/** How strongly the offsets dx, dy, dw and dh are scaled. */
export type CoderWeights = readonly [x: number, y: number, w: number, h: number];

/** A predicted size is at most this many times e^… its proposal's: keeps exp from overflowing. */
const largestLogScale = Math.log(1000 / 16);

/**
 * The offsets that lead from reference boxes (anchors or proposals) to target boxes: differences of the centers in units
 * of the reference's size, and logarithms of the ratios of the sizes (Girshick et al. 2014), times `weights`.
 *
 * @param references `[N · 4]`
 * @param targets `[N · 4]`
 */
export function encodeBoxes(references: Boxes, targets: Boxes, weights: CoderWeights): Float32Array {
  const offsets = new Float32Array(references.length);
  const [wx, wy, ww, wh] = weights;
  for (let i = 0; i < references.length; i += 4) {
    const width = references[i + 2] - references[i];
    const height = references[i + 3] - references[i + 1];
    const targetWidth = targets[i + 2] - targets[i];
    const targetHeight = targets[i + 3] - targets[i + 1];
    const dx = targets[i] + targetWidth / 2 - (references[i] + width / 2);
    const dy = targets[i + 1] + targetHeight / 2 - (references[i + 1] + height / 2);
    offsets[i] = (wx * dx) / width;
    offsets[i + 1] = (wy * dy) / height;
    offsets[i + 2] = ww * Math.log(targetWidth / width);
    offsets[i + 3] = wh * Math.log(targetHeight / height);
  }
  return offsets;
}

/**
 * The box that one set of offsets leads to; the inverse of {@link encodeBoxes}.
 *
 * @param references boxes, of which number `i` is moved
 * @param offsets dx, dy, dw, dh from position `at`
 * @param result where the box is written, from position `to`
 */
export function decodeBox(
  references: Boxes,
  i: number,
  offsets: Float32Array,
  at: number,
  weights: CoderWeights,
  result: Boxes,
  to: number,
): void {
  const x1 = references[4 * i];
  const y1 = references[4 * i + 1];
  const width = references[4 * i + 2] - x1;
  const height = references[4 * i + 3] - y1;
  const centerX = x1 + width / 2 + (offsets[at] / weights[0]) * width;
  const centerY = y1 + height / 2 + (offsets[at + 1] / weights[1]) * height;
  const halfWidth = (Math.exp(Math.min(offsets[at + 2] / weights[2], largestLogScale)) * width) / 2;
  const halfHeight = (Math.exp(Math.min(offsets[at + 3] / weights[3], largestLogScale)) * height) / 2;
  result[to] = centerX - halfWidth;
  result[to + 1] = centerY - halfHeight;
  result[to + 2] = centerX + halfWidth;
  result[to + 3] = centerY + halfHeight;
}

/** Clips box `i` to an image's area. */
export function clipBox(boxes: Boxes, i: number, height: number, width: number): void {
  const clip = (at: number, limit: number): void => {
    boxes[at] = Math.min(Math.max(boxes[at], 0), limit);
  };
  clip(4 * i, width);
  clip(4 * i + 1, height);
  clip(4 * i + 2, width);
  clip(4 * i + 3, height);
}
