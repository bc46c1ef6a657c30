import type { Boxes } from './box-iou.js';

/** The boxes with the given indices, in their order. */
export function selectBoxes(boxes: Boxes, indices: Int32Array): Boxes {
  const selected = new Float32Array(4 * indices.length);
  for (const [to, from] of indices.entries()) {
    selected.set(boxes.subarray(4 * from, 4 * from + 4), 4 * to);
  }
  return selected;
}
