import { type Boxes, boxArea, selectBoxes } from '../geometry/boxes.js';

/** Regions of interest of a batch, in pixels of the network's input. */
export interface Rois {
  /** `[R · 4]` */
  readonly boxes: Boxes;
  /** `[R]`: the image that each lies in. */
  readonly images: Int32Array;
}

/**
 * The pyramid level that serves a RoI (Lin et al. 2017, eq. 1), as an index from the finest: one of canonical area 224²
 * goes to P4, one half as wide to P3, and so on. A single map serves all.
 */
export function roiLevel(boxes: Boxes, i: number, levels: number): number {
  const level = Math.floor(4 + Math.log2(Math.sqrt(boxArea(boxes, i)) / 224) + 1e-6);
  return Math.min(Math.max(level, 2), levels + 1) - 2;
}

/**
 * The order in which RoIs are pooled: level by level, so that what the levels yield needs only to be put one after the
 * other.
 *
 * @returns indices of the RoIs
 */
export function levelOrder(boxes: Boxes, levels: number): Int32Array {
  const byLevel = Array.from({ length: levels }, (): number[] => []);
  for (let i = 0; i < boxes.length / 4; i++) byLevel[roiLevel(boxes, i, levels)].push(i);
  return Int32Array.from(byLevel.flat());
}

/** The RoIs with the given indices, in their order. */
export function selectRois({ boxes, images }: Rois, indices: Int32Array): Rois {
  return { boxes: selectBoxes(boxes, indices), images: indices.map((i) => images[i]) };
}
