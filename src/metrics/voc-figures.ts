import {
  allPointAveragePrecision,
  elevenPointAveragePrecision,
  meanOfDefined,
  type PrecisionRecall,
  precisionRecall,
} from './average-precision.js';
import type { VocFigures, VocMaskFigures } from './metrics.js';
import { rankByScore } from './ranking.js';

/** Thresholds of the devkit's rule. */
export const vocIouThresholds = [0.5, 0.7] as const;
/** Thresholds of AP^r_vol. */
export const volumeIouThresholds = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const;

/** What VOC's figures of a class rest on: columns with a number for each detection. */
export interface VocRecord {
  readonly scores: ArrayLike<number>;
  /** Order of detections with equal scores. */
  readonly positions: ArrayLike<number>;
  /** Outcomes at {@link vocIouThresholds} by the devkit's rule, packed by {@link packOutcomes}. */
  readonly devkit: ArrayLike<number>;
  /** Outcomes at {@link volumeIouThresholds} by the rule of AP^r, packed likewise; empty for boxes. */
  readonly uncovered: ArrayLike<number>;
  /** Number of truths to be found. */
  readonly positives: number;
}

/** One number for the outcomes of a detection at several thresholds: two bits each. */
export function packOutcomes(outcomes: readonly ArrayLike<number>[], detection: number): number {
  let packed = 0;
  for (let t = 0; t < outcomes.length; t++) packed |= outcomes[t][detection] << (2 * t);
  return packed;
}

/** The curve of packed outcomes at one threshold. */
function curveOf(
  packed: ArrayLike<number>,
  threshold: number,
  ranking: Uint32Array,
  positives: number,
): PrecisionRecall {
  const ranked = Uint8Array.from(ranking, (detection) => (packed[detection] >> (2 * threshold)) & 3);
  return precisionRecall(ranked, positives);
}

/** The curve of a class by the devkit's rule; null without truths to be found. */
export function vocCurve(
  record: VocRecord,
  threshold: (typeof vocIouThresholds)[number],
): PrecisionRecall | null {
  if (record.positives === 0) return null;
  const ranking = rankByScore(record.scores, record.positions);
  return curveOf(record.devkit, vocIouThresholds.indexOf(threshold), ranking, record.positives);
}

/** VOC's figures of one class. */
export function vocClassFigures(record: VocRecord): VocFigures {
  const at50 = vocCurve(record, 0.5);
  const at70 = vocCurve(record, 0.7);
  return {
    AP50: at50 && allPointAveragePrecision(at50),
    AP50_11point: at50 && elevenPointAveragePrecision(at50),
    AP70: at70 && allPointAveragePrecision(at70),
    AP70_11point: at70 && elevenPointAveragePrecision(at70),
  };
}

/** VOC's figures of one class, of masks. */
export function vocMaskClassFigures(record: VocRecord): VocMaskFigures {
  const ranking = rankByScore(record.scores, record.positions);
  const volume = volumeIouThresholds.map((_, threshold) =>
    record.positives === 0
      ? null
      : allPointAveragePrecision(curveOf(record.uncovered, threshold, ranking, record.positives)),
  );
  return {
    ...vocClassFigures(record),
    AP_r: volume[volumeIouThresholds.indexOf(0.5)],
    AP_r_vol: meanOfDefined(volume),
  };
}

/** The mean of each figure over the classes for which it is defined. */
export function meanVocFigures(classes: readonly VocFigures[]): VocFigures {
  const mean = (name: keyof VocFigures) => meanOfDefined(classes.map((figures) => figures[name]));
  return {
    AP50: mean('AP50'),
    AP50_11point: mean('AP50_11point'),
    AP70: mean('AP70'),
    AP70_11point: mean('AP70_11point'),
  };
}

/** The same, of masks. */
export function meanVocMaskFigures(classes: readonly VocMaskFigures[]): VocMaskFigures {
  return {
    ...meanVocFigures(classes),
    AP_r: meanOfDefined(classes.map((figures) => figures.AP_r)),
    AP_r_vol: meanOfDefined(classes.map((figures) => figures.AP_r_vol)),
  };
}
