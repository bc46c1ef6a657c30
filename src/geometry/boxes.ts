import type { ImageSize } from './image-size.js';

/**
 * Rectangle `[x1, y1, x2, y2]` in pixels: floats, `x2` and `y2` exclusive. Which image frame it lives in
 * (the original image or the network's input) is part of the name or the doc of whatever holds it.
 */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number];

/** The same as COCO's files write it: left and upper edge, width and height. */
export type CocoBox = readonly [x: number, y: number, width: number, height: number];

/** Many boxes in one array: `[x1, y1, x2, y2]` one after the other. */
export type Boxes = Float32Array;

const { fround } = Math;

/** Box `i` as a tuple. */
export function boxAt(boxes: Boxes, i: number): Box {
  return [boxes[4 * i], boxes[4 * i + 1], boxes[4 * i + 2], boxes[4 * i + 3]];
}

/** Width times height of box `i`. */
export function boxArea(boxes: Boxes, i: number): number {
  return fround(fround(boxes[4 * i + 2] - boxes[4 * i]) * fround(boxes[4 * i + 3] - boxes[4 * i + 1]));
}

/** Area that box `i` of `a` and box `j` of `b` share. */
export function intersectionArea(a: Boxes, i: number, b: Boxes, j: number): number {
  const width = fround(smaller(a[4 * i + 2], b[4 * j + 2]) - larger(a[4 * i], b[4 * j]));
  if (width <= 0) return 0;
  const height = fround(smaller(a[4 * i + 3], b[4 * j + 3]) - larger(a[4 * i + 1], b[4 * j + 1]));
  return height <= 0 ? 0 : fround(width * height);
}

// Math.min and Math.max take care of NaN and −0, for longer than the rest of an overlap takes.
function smaller(x: number, y: number): number {
  return x < y ? x : y;
}

function larger(x: number, y: number): number {
  return x > y ? x : y;
}

/**
 * Intersection over union of box `i` of `a` and box `j` of `b`, 0 to 1. Rounded to float32 at each step, as torchvision
 * computes it: whether two IoUs are equal decides which anchors match.
 */
export function boxIou(a: Boxes, i: number, b: Boxes, j: number): number {
  return areaIou(intersectionArea(a, i, b, j), boxArea(a, i), boxArea(b, j));
}

/** The same from the area that two boxes share and their own. */
export function areaIou(intersection: number, area: number, otherArea: number): number {
  return intersection === 0 ? 0 : fround(intersection / fround(fround(area + otherArea) - intersection));
}

/** Selects the boxes with the given indices, in their order; also for other rows of four numbers, such as offsets. */
export function selectBoxes(boxes: Boxes, indices: ArrayLike<number>): Boxes {
  const selected = new Float32Array(4 * indices.length);
  for (let i = 0; i < indices.length; i++) {
    const from = 4 * indices[i];
    for (let k = 0; k < 4; k++) selected[4 * i + k] = boxes[from + k];
  }
  return selected;
}

/** Indices of the boxes whose sides both have at least the given length. */
export function largeBoxes(boxes: Boxes, smallestSide: number): Int32Array {
  const indices = new Int32Array(boxes.length / 4);
  let count = 0;
  for (let i = 0; i < indices.length; i++) {
    const width = boxes[4 * i + 2] - boxes[4 * i];
    const height = boxes[4 * i + 3] - boxes[4 * i + 1];
    if (width >= smallestSide && height >= smallestSide) indices[count++] = i;
  }
  return indices.subarray(0, count);
}

/** Clips boxes to an image's area, in place. */
export function clipBoxes(boxes: Boxes, { height, width }: ImageSize): void {
  for (let i = 0; i < boxes.length; i++) {
    boxes[i] = Math.min(Math.max(boxes[i], 0), i % 2 === 0 ? width : height);
  }
}

/** Mirrors a box left to right in an image of this width. */
export function flipBox([x1, y1, x2, y2]: Box, width: number): Box {
  return [width - x2, y1, width - x1, y2];
}

/** Factors of the offsets dx, dy, dw and dh. */
export type CoderWeights = readonly [x: number, y: number, w: number, h: number];

/** Largest logarithm of a predicted size's ratio to its reference: keeps exp from overflowing. */
const largestLogScale = Math.log(1000 / 16);

/**
 * Computes the offsets that lead from reference boxes (anchors or proposals) to target boxes: differences of the
 * centers in units of the reference's size, and logarithms of the ratios of the sizes (Girshick et al. 2014), times
 * `weights`.
 *
 * @param references `[N · 4]`
 * @param targets `[N · 4]`
 * @returns `[N · 4]`: dx, dy, dw, dh of each
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
 * Computes the boxes that offsets lead to; the inverse of {@link encodeBoxes}.
 *
 * @param references `[N · 4]`
 * @param offsets `[N · 4]`: dx, dy, dw, dh of each
 * @returns `[N · 4]`
 */
export function decodeBoxes(references: Boxes, offsets: Float32Array, weights: CoderWeights): Boxes {
  const boxes = new Float32Array(references.length);
  const [wx, wy, ww, wh] = weights;
  for (let i = 0; i < references.length; i += 4) {
    const width = references[i + 2] - references[i];
    const height = references[i + 3] - references[i + 1];
    const centerX = references[i] + width / 2 + (offsets[i] / wx) * width;
    const centerY = references[i + 1] + height / 2 + (offsets[i + 1] / wy) * height;
    const halfWidth = (Math.exp(Math.min(offsets[i + 2] / ww, largestLogScale)) * width) / 2;
    const halfHeight = (Math.exp(Math.min(offsets[i + 3] / wh, largestLogScale)) * height) / 2;
    boxes[i] = centerX - halfWidth;
    boxes[i + 1] = centerY - halfHeight;
    boxes[i + 2] = centerX + halfWidth;
    boxes[i + 3] = centerY + halfHeight;
  }
  return boxes;
}
