import { clipBox, decodeBox } from '../geometry/box-coder.js';
import type { Boxes } from '../geometry/box-iou.js';
import { nonMaximumSuppression } from '../geometry/nms.js';
import type { ImageSize } from '../geometry/resize.js';
import { selectBoxes } from '../geometry/select-boxes.js';
import { topK } from '../geometry/top-k.js';

/** The RPN's predictions of one image on one level, one row an anchor. */
export interface LevelPredictions {
  /** `[A]` logits. */
  readonly objectness: Float32Array;
  /** `[A · 4]` */
  readonly offsets: Float32Array;
  /** `[A · 4]` */
  readonly anchors: Boxes;
}

export interface ProposalSettings {
  /** Proposals a level kept before non-maximum suppression. */
  readonly preNmsTopK: number;
  /** Proposals kept after it. */
  readonly postNmsTopK: number;
  readonly nmsThreshold: number;
}

/** The RPN's offsets aren't scaled. */
export const rpnCoderWeights = [1, 1, 1, 1] as const;

/** Smaller proposals are dropped, in pixels. */
const smallestSide = 1e-3;

/**
 * Turns the RPN's predictions into an image's proposals: the best anchors of each level, moved, clipped to the image and
 * thinned out by non-maximum suppression on each level; then the best of all levels.
 *
 * @param image the size of the image itself, without its padding
 * @returns boxes in pixels of the network's input, by falling objectness
 */
export function selectProposals(
  levels: readonly LevelPredictions[],
  image: ImageSize,
  settings: ProposalSettings,
): Boxes {
  const kept = levels.map((level) => levelProposals(level, image, settings));
  const scores = concatenate(kept.map((level) => level.scores));
  const boxes = concatenate(kept.map((level) => level.boxes));
  return selectBoxes(boxes, topK(scores, settings.postNmsTopK));
}

function levelProposals(
  { objectness, offsets, anchors }: LevelPredictions,
  image: ImageSize,
  settings: ProposalSettings,
): { scores: Float32Array; boxes: Boxes } {
  const best = topK(objectness, settings.preNmsTopK);
  const boxes = new Float32Array(4 * best.length);
  const scores = new Float32Array(best.length);
  let count = 0;
  for (const anchor of best) {
    decodeBox(anchors, anchor, offsets, 4 * anchor, rpnCoderWeights, boxes, 4 * count);
    clipBox(boxes, count, image.height, image.width);
    const [x1, y1, x2, y2] = boxes.subarray(4 * count, 4 * count + 4);
    if (x2 - x1 >= smallestSide && y2 - y1 >= smallestSide) scores[count++] = objectness[anchor];
  }
  const candidates = boxes.subarray(0, 4 * count);
  const { nmsThreshold, postNmsTopK } = settings;
  const stay = nonMaximumSuppression(candidates, scores.subarray(0, count), nmsThreshold, postNmsTopK);
  return { scores: Float32Array.from(stay, (i) => scores[i]), boxes: selectBoxes(candidates, stay) };
}

function concatenate(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((length, array) => length + array.length, 0));
  let position = 0;
  for (const array of arrays) {
    all.set(array, position);
    position += array.length;
  }
  return all;
}
