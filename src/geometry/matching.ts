import { type Boxes, boxArea, boxIou, intersectionArea } from './boxes.js';

/** What a candidate that matches no truth box is: an example of background, or no example at all. */
export const BACKGROUND = -1;
export const NO_EXAMPLE = -2;

export interface MatchingRule {
  /** A candidate matches the truth box that it overlaps most, from this IoU on. */
  readonly foregroundIou: number;
  /** It is background below this one. */
  readonly backgroundIou: number;
  /** Whether each truth box also gets the candidates that overlap it most, whatever their IoU (ties included). */
  readonly lowQualityMatches: boolean;
}

/**
 * Assigns candidates (anchors or proposals) to truth boxes.
 *
 * @param ignored boxes of objects that aren't examples of anything: a candidate that lies in one by half or more is not
 * used as background
 * @returns for each candidate the index of its truth box, `BACKGROUND` or `NO_EXAMPLE`
 */
export function matchBoxes(
  truth: Boxes,
  candidates: Boxes,
  rule: MatchingRule,
  ignored: Boxes = new Float32Array(),
): Int32Array {
  const overlaps = bestOverlaps(truth, candidates);
  const { best, bestTruth } = overlaps;
  const matches = new Int32Array(best.length);
  for (let c = 0; c < best.length; c++) {
    if (best[c] >= rule.foregroundIou && truth.length > 0) matches[c] = bestTruth[c];
    else matches[c] = best[c] < rule.backgroundIou ? BACKGROUND : NO_EXAMPLE;
  }
  if (rule.lowQualityMatches) addLowQualityMatches(matches, truth, candidates, overlaps);
  excludeIgnored(matches, candidates, ignored);
  return matches;
}

interface BestOverlaps {
  /** The largest IoU of each candidate, and the first truth box that it has it with. */
  readonly best: Float32Array;
  readonly bestTruth: Int32Array;
  /** The largest IoU of each truth box. */
  readonly bestOfTruth: Float32Array;
}

function bestOverlaps(truth: Boxes, candidates: Boxes): BestOverlaps {
  const best = new Float32Array(candidates.length / 4);
  const bestTruth = new Int32Array(candidates.length / 4);
  const bestOfTruth = new Float32Array(truth.length / 4);
  for (let t = 0; t < bestOfTruth.length; t++) {
    for (let c = 0; c < best.length; c++) {
      const iou = boxIou(truth, t, candidates, c);
      if (iou > best[c]) {
        best[c] = iou;
        bestTruth[c] = t;
      }
      if (iou > bestOfTruth[t]) bestOfTruth[t] = iou;
    }
  }
  return { best, bestTruth, bestOfTruth };
}

/** A candidate that is some truth box's best gets the truth box that it overlaps most itself, which may be another. */
function addLowQualityMatches(
  matches: Int32Array,
  truth: Boxes,
  candidates: Boxes,
  { best, bestTruth, bestOfTruth }: BestOverlaps,
): void {
  for (let t = 0; t < bestOfTruth.length; t++) {
    const wanted = bestOfTruth[t];
    if (wanted === 0) continue;
    for (let c = 0; c < best.length; c++) {
      if (best[c] >= wanted && boxIou(truth, t, candidates, c) === wanted) matches[c] = bestTruth[c];
    }
  }
}

function excludeIgnored(matches: Int32Array, candidates: Boxes, ignored: Boxes): void {
  for (let i = 0; i < ignored.length / 4; i++) {
    for (let c = 0; c < matches.length; c++) {
      if (matches[c] !== BACKGROUND) continue;
      if (intersectionArea(ignored, i, candidates, c) >= boxArea(candidates, c) / 2) matches[c] = NO_EXAMPLE;
    }
  }
}
