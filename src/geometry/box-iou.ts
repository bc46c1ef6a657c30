/** Many boxes in one array: `[x1, y1, x2, y2]` one after the other. */
export type Boxes = Float32Array;

const { fround } = Math;

/** Width times height of box `i`. */
export function boxArea(boxes: Boxes, i: number): number {
  return fround(fround(boxes[4 * i + 2] - boxes[4 * i]) * fround(boxes[4 * i + 3] - boxes[4 * i + 1]));
}

/** Area of what box `i` of `a` and box `j` of `b` share. */
export function intersectionArea(a: Boxes, i: number, b: Boxes, j: number): number {
  const width = fround(Math.min(a[4 * i + 2], b[4 * j + 2]) - Math.max(a[4 * i], b[4 * j]));
  if (width <= 0) return 0;
  const height = fround(Math.min(a[4 * i + 3], b[4 * j + 3]) - Math.max(a[4 * i + 1], b[4 * j + 1]));
  return height <= 0 ? 0 : fround(width * height);
}

/**
 * Intersection over union of box `i` of `a` and box `j` of `b`, 0 to 1. Rounded to float32 at each step, as torchvision
 * computes it: whether two IoUs are equal decides which anchors match.
 */
export function boxIou(a: Boxes, i: number, b: Boxes, j: number): number {
  const intersection = intersectionArea(a, i, b, j);
  if (intersection === 0) return 0;
  return fround(intersection / fround(fround(boxArea(a, i) + boxArea(b, j)) - intersection));
}
