import {
  allPointAveragePrecision,
  elevenPointAveragePrecision,
  outcomes,
  type PrecisionRecall,
  precisionRecall,
  rankByScore,
} from './average-precision.js';
import { type MetricValue, meanOfDefined } from './metric-value.js';
import type { Overlaps } from './overlaps.js';

/**
 * Matching by the devkit's rule, for one class in one image. Each detection is compared with the object that it covers
 * best, whether that was found before or not. Below the threshold it is a false positive; on an ignored object it is
 * ignored; on one that a higher score has found it is a false positive. MNC and FCIS use the same rule for masks.
 *
 * @param overlaps rows by falling score
 * @param ignored objects that are neither to be found nor held against a detection: difficult ones, and crowds
 * @param threshold least IoU of a match
 * @returns an outcome for each detection
 */
export function matchBest(
  { rows, columns, iou }: Overlaps,
  ignored: readonly boolean[],
  threshold: number,
): Uint8Array {
  const result = new Uint8Array(rows);
  const found = new Uint8Array(columns);
  for (let row = 0; row < rows; row++) {
    let best = -1;
    let bestIou = 0;
    for (let column = 0; column < columns; column++) {
      if (iou[row * columns + column] > bestIou) {
        best = column;
        bestIou = iou[row * columns + column];
      }
    }
    if (best < 0 || bestIou < threshold) continue;
    if (ignored[best]) {
      result[row] = outcomes.ignored;
    } else if (found[best] === 0) {
      found[best] = 1;
      result[row] = outcomes.truePositive;
    }
  }
  return result;
}

/**
 * Matching by the rule of AP^r (simultaneous detection and segmentation), for one class in one image. Each detection is
 * compared with the object that it covers best among those not found yet, and must cover it by more than the threshold.
 *
 * @param overlaps rows by falling score
 * @param ignored objects that aren't to be found: crowds
 * @returns an outcome for each detection
 */
export function matchBestUncovered(
  { rows, columns, iou }: Overlaps,
  ignored: readonly boolean[],
  threshold: number,
): Uint8Array {
  const result = new Uint8Array(rows);
  const found = new Uint8Array(columns);
  for (let row = 0; row < rows; row++) {
    let best = -1;
    let bestIou = threshold;
    for (let column = 0; column < columns; column++) {
      if (found[column] === 0 && iou[row * columns + column] > bestIou) {
        best = column;
        bestIou = iou[row * columns + column];
      }
    }
    if (best < 0) continue;
    if (ignored[best]) {
      result[row] = outcomes.ignored;
    } else {
      found[best] = 1;
      result[row] = outcomes.truePositive;
    }
  }
  return result;
}

/** Thresholds of the devkit's rule. */
export const vocIouThresholds = [0.5, 0.7] as const;
/** Thresholds of AP^r_vol. */
export const volumeIouThresholds = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const;

/** VOC's metrics of a class, or their means over the classes that have objects to be found. */
export interface VocMetrics {
  readonly AP50: MetricValue;
  readonly AP50_11point: MetricValue;
  readonly AP70: MetricValue;
  readonly AP70_11point: MetricValue;
}

/** VOC's metrics of masks: those of boxes, and AP^r. */
export interface VocMaskMetrics extends VocMetrics {
  readonly AP_r: MetricValue;
  readonly AP_r_vol: MetricValue;
}

/** Record behind VOC's metrics of a class: columns with a number for each detection. */
export interface VocClassRecord {
  readonly scores: ArrayLike<number>;
  /** Order of detections with equal scores. */
  readonly positions: ArrayLike<number>;
  /** Outcomes at {@link vocIouThresholds} by the devkit's rule, packed by {@link packOutcomes}. */
  readonly devkit: ArrayLike<number>;
  /** Outcomes at {@link volumeIouThresholds} by the rule of AP^r, packed likewise; empty for boxes. */
  readonly uncovered: ArrayLike<number>;
  /** Number of objects to be found. */
  readonly positives: number;
}

/** Packs the outcomes of a detection at several thresholds into one number: two bits each. */
export function packOutcomes(outcomes: readonly ArrayLike<number>[], detection: number): number {
  let packed = 0;
  for (let t = 0; t < outcomes.length; t++) packed |= outcomes[t][detection] << (2 * t);
  return packed;
}

/** Curve of packed outcomes at one threshold. */
function curveOf(
  packed: ArrayLike<number>,
  threshold: number,
  ranking: Uint32Array,
  positives: number,
): PrecisionRecall {
  const ranked = Uint8Array.from(ranking, (detection) => (packed[detection] >> (2 * threshold)) & 3);
  return precisionRecall(ranked, positives);
}

/** Curve of a class by the devkit's rule; null without objects to be found. */
export function vocCurve(
  record: VocClassRecord,
  threshold: (typeof vocIouThresholds)[number],
): PrecisionRecall | null {
  if (record.positives === 0) return null;
  const ranking = rankByScore(record.scores, record.positions);
  return curveOf(record.devkit, vocIouThresholds.indexOf(threshold), ranking, record.positives);
}

/** VOC's metrics of one class. */
export function vocClassMetrics(record: VocClassRecord): VocMetrics {
  const at50 = vocCurve(record, 0.5);
  const at70 = vocCurve(record, 0.7);
  return {
    AP50: at50 && allPointAveragePrecision(at50),
    AP50_11point: at50 && elevenPointAveragePrecision(at50),
    AP70: at70 && allPointAveragePrecision(at70),
    AP70_11point: at70 && elevenPointAveragePrecision(at70),
  };
}

/** VOC's metrics of one class, of masks. */
export function vocMaskClassMetrics(record: VocClassRecord): VocMaskMetrics {
  const ranking = rankByScore(record.scores, record.positions);
  const volume = volumeIouThresholds.map((_, threshold) =>
    record.positives === 0
      ? null
      : allPointAveragePrecision(curveOf(record.uncovered, threshold, ranking, record.positives)),
  );
  return {
    ...vocClassMetrics(record),
    AP_r: volume[volumeIouThresholds.indexOf(0.5)],
    AP_r_vol: meanOfDefined(volume),
  };
}

/** Mean of each metric over the classes for which it is defined. */
export function meanVocMetrics(classes: readonly VocMetrics[]): VocMetrics {
  const mean = (name: keyof VocMetrics) => meanOfDefined(classes.map((metrics) => metrics[name]));
  return {
    AP50: mean('AP50'),
    AP50_11point: mean('AP50_11point'),
    AP70: mean('AP70'),
    AP70_11point: mean('AP70_11point'),
  };
}

/** Mean of each metric of masks over the classes for which it is defined. */
export function meanVocMaskMetrics(classes: readonly VocMaskMetrics[]): VocMaskMetrics {
  return {
    ...meanVocMetrics(classes),
    AP_r: meanOfDefined(classes.map((metrics) => metrics.AP_r)),
    AP_r_vol: meanOfDefined(classes.map((metrics) => metrics.AP_r_vol)),
  };
}
