import type { Tensor } from '@tensorflow/tfjs-core';
import { concatenateRows } from '../engine/ops/reshape.js';
import { type CropSource, cropSource, roiCrop } from '../engine/ops/roi-align.js';
import type { Tape } from '../engine/tape.js';
import { tf } from '../engine/tf.js';
import { type Boxes, boxArea, selectBoxes } from '../geometry/boxes.js';

/** Regions of interest of a batch, in pixels of the network's input. */
export interface Rois {
  /** `[R · 4]` */
  readonly boxes: Boxes;
  /** `[R]`: the image that each lies in. */
  readonly images: Int32Array;
}

/** Selects the RoIs with the given indices, in their order. */
export function selectRois({ boxes, images }: Rois, indices: Int32Array): Rois {
  return { boxes: selectBoxes(boxes, indices), images: indices.map((i) => images[i]) };
}

/**
 * Index of the pyramid level that serves a RoI, from the finest (Lin et al. 2017, eq. 1): a RoI of the canonical area
 * 224² goes to P4, one half as wide to P3, and so on. A single map serves all.
 */
export function roiLevel(boxes: Boxes, i: number, levels: number): number {
  const level = Math.floor(4 + Math.log2(Math.sqrt(boxArea(boxes, i)) / 224) + 1e-6);
  return Math.min(Math.max(level, 2), levels + 1) - 2;
}

/**
 * Indices of RoIs in the order in which they are pooled: level by level, so that the results of the levels only need
 * to be put one after the other.
 */
export function levelOrder(boxes: Boxes, levels: number): Int32Array {
  const byLevel = Array.from({ length: levels }, (): number[] => []);
  for (let i = 0; i < boxes.length / 4; i++) byLevel[roiLevel(boxes, i, levels)].push(i);
  return Int32Array.from(byLevel.flat());
}

/** Maps that RoIs are pooled from; see {@link roiMaps}. */
export interface RoiMaps {
  /** The finest first, each half as high and wide as the one before. */
  readonly levels: readonly CropSource[];
  /** Height and width of a pixel of the finest map in pixels of the network's input. */
  readonly stride: number;
}

/** Gets maps `[N, H, W, C]` ready for pooling, once for all heads. */
export function roiMaps(tape: Tape | undefined, maps: readonly Tensor[], stride: number): RoiMaps {
  return { levels: maps.map((map) => cropSource(tape, map)), stride };
}

/**
 * RoIAlign (He et al. 2017, Section 3) with two samples a bin and direction, each RoI on the pyramid level that its
 * size asks for. Coordinates aren't shifted by half a pixel and a RoI is at least one pixel of its map wide and high:
 * torchvision's `aligned=False`.
 *
 * @param rois in level order (see {@link levelOrder})
 * @param size S
 * @returns `[R, S, S, C]`
 */
export function roiAlign(
  tape: Tape | undefined,
  { levels, stride }: RoiMaps,
  { boxes, images }: Rois,
  size: number,
): Tensor {
  const pooled: Tensor[] = [];
  for (let from = 0; from < images.length; ) {
    const level = roiLevel(boxes, from, levels.length);
    let to = from + 1;
    while (to < images.length && roiLevel(boxes, to, levels.length) === level) to++;
    const scale = 1 / (stride * 2 ** level);
    const onMap = featureBoxes(boxes.subarray(4 * from, 4 * to), scale);
    pooled.push(roiCrop(tape, levels[level], { boxes: onMap, images: images.slice(from, to) }, size));
    from = to;
  }
  if (pooled.length === 0) return tf.zeros([0, size, size, levels[0].map.shape[3] ?? 0]);
  return concatenateRows(tape, pooled);
}

/** Boxes in pixels of a map that is `scale` times the input's size, at least one of its pixels wide and high. */
function featureBoxes(boxes: Float32Array, scale: number): Float32Array {
  const scaled = boxes.map((coordinate) => coordinate * scale);
  for (let i = 0; i < scaled.length; i += 4) {
    scaled[i + 2] = Math.max(scaled[i + 2], scaled[i] + 1);
    scaled[i + 3] = Math.max(scaled[i + 3], scaled[i + 1] + 1);
  }
  return scaled;
}
