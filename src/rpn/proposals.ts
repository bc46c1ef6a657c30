import { type Boxes, clipBoxes, decodeBoxes, largeBoxes, selectBoxes } from '../geometry/boxes.js';
import type { ImageSize } from '../geometry/image-size.js';
import { nonMaximumSuppression, topK } from '../geometry/score-selection.js';

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
  const moved = decodeBoxes(selectBoxes(anchors, best), selectBoxes(offsets, best), rpnCoderWeights);
  clipBoxes(moved, image);
  const large = largeBoxes(moved, smallestSide);
  const boxes = selectBoxes(moved, large);
  const scores = Float32Array.from(large, (i) => objectness[best[i]]);
  const stay = nonMaximumSuppression(boxes, scores, settings.nmsThreshold, settings.postNmsTopK);
  return { scores: Float32Array.from(stay, (i) => scores[i]), boxes: selectBoxes(boxes, stay) };
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
