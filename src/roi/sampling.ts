import { type Boxes, encodeBoxes, selectBoxes } from '../geometry/boxes.js';
import { type MatchingRule, matchBoxes } from '../geometry/matching.js';
import type { Sampler } from '../rpn/sampling.js';

/** How strongly the box head's offsets are scaled. */
export const boxCoderWeights = [10, 10, 5, 5] as const;

/** The truth of one image, in pixels of the network's input. */
export interface Truth {
  /** `[G · 4]` */
  readonly boxes: Boxes;
  /** `[G]`: indices of classes, from 0. */
  readonly labels: Int32Array;
  /** Boxes of objects that are examples of nothing. */
  readonly ignored: Boxes;
}

/** The RoIs of one image that the box and mask losses look at; the positive ones come first. */
export interface RoiSample {
  /** `[S · 4]` */
  readonly boxes: Boxes;
  /** `[S]`: class from 1, or 0 for background. */
  readonly labels: Int32Array;
  /** `[positives]`: the truth object of each positive RoI. */
  readonly objects: Int32Array;
  /** `[positives · 4]` */
  readonly targetOffsets: Float32Array;
}

export interface RoiSampling {
  readonly foregroundIou: number;
  readonly backgroundIou: number;
  readonly batchSizePerImage: number;
  readonly foregroundFraction: number;
}

/**
 * Chooses the RoIs to train on among an image's proposals, which the truth boxes join, and says what the heads should
 * predict for them.
 */
export function sampleRois(
  proposals: Boxes,
  truth: Truth,
  settings: RoiSampling,
  sampler: Sampler,
): RoiSample {
  const candidates = new Float32Array(proposals.length + truth.boxes.length);
  candidates.set(proposals);
  candidates.set(truth.boxes, proposals.length);
  const rule: MatchingRule = { ...settings, lowQualityMatches: false };
  const matches = matchBoxes(truth.boxes, candidates, rule, truth.ignored);
  const { positives, negatives } = sampler(matches, settings.batchSizePerImage, settings.foregroundFraction);

  const chosen = Int32Array.from([...positives, ...negatives]);
  const boxes = selectBoxes(candidates, chosen);
  const objects = positives.map((i) => matches[i]);
  const labels = new Int32Array(chosen.length);
  for (const [i, object] of objects.entries()) labels[i] = truth.labels[object] + 1;
  return {
    boxes,
    labels,
    objects,
    targetOffsets: encodeBoxes(
      boxes.subarray(0, 4 * positives.length),
      selectBoxes(truth.boxes, objects),
      boxCoderWeights,
    ),
  };
}
