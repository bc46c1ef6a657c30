import { precisionEnvelope, rankByScore } from './average-precision.js';
import { type MetricValue, meanOfDefined } from './metric-value.js';
import type { Overlaps } from './overlaps.js';

/** `count` numbers from `first` to `last`, as numpy's `linspace` rounds them. */
function evenlySpaced(first: number, last: number, count: number): Float64Array {
  const step = (last - first) / (count - 1);
  return Float64Array.from({ length: count }, (_, i) => (i === count - 1 ? last : i * step + first));
}

/** 0.5, 0.55 … 0.95 */
export const cocoIouThresholds = evenlySpaced(0.5, 0.95, 10);
/** 0, 0.01 … 1 */
const cocoRecalls = evenlySpaced(0, 1, 101);
/** Number of detections of a class in an image that count. */
export const cocoMaxDetections = 100;

/** COCO's size classes, by area in pixels; both ends belong to a class. */
export const cocoAreaRanges = [
  { name: 'all', least: 0, most: 1e10 },
  { name: 'small', least: 0, most: 32 ** 2 },
  { name: 'medium', least: 32 ** 2, most: 96 ** 2 },
  { name: 'large', least: 96 ** 2, most: 1e10 },
] as const;
type CocoAreaRange = (typeof cocoAreaRanges)[number];

/*
 * Verdict on a detection in one size class, as bits: bit i for a match at the i-th threshold, bit 10 + i for a detection
 * that is ignored there.
 */
const ignoredShift = cocoIouThresholds.length;
const allThresholds = (1 << ignoredShift) - 1;
const matchedBit = (threshold: number) => 1 << threshold;
const ignoredBit = (threshold: number) => 1 << (ignoredShift + threshold);

const isMatched = (verdict: number, threshold: number) => (verdict & matchedBit(threshold)) !== 0;
const isIgnored = (verdict: number, threshold: number) => (verdict & ignoredBit(threshold)) !== 0;

/** Whether COCO leaves an annotated object out in a size class. */
export function cocoIgnores(object: { area: number; crowd: boolean }, range: CocoAreaRange): boolean {
  return object.crowd || isOutside(object.area, range);
}

function isOutside(area: number, { least, most }: CocoAreaRange): boolean {
  return area < least || area > most;
}

/**
 * COCO's matching in one size class, for one class in one image. Each detection takes the object that it covers best
 * among those still free, and one that is ignored only where there is no other. A crowd is always free. A detection is
 * ignored that matches an ignored object, that matches nothing and is itself outside the size class, or that comes after
 * the hundredth.
 *
 * @param overlaps rows by falling score
 * @returns a verdict for each detection: see {@link isMatched} and {@link isIgnored}
 */
export function matchCoco(
  overlaps: Overlaps,
  detections: readonly { readonly area: number }[],
  objects: readonly { readonly area: number; readonly crowd: boolean }[],
  range: CocoAreaRange,
): Uint32Array {
  const { rows, columns } = overlaps;
  const ignored = objects.map((object) => cocoIgnores(object, range));
  const verdicts = new Uint32Array(rows).fill(allThresholds << ignoredShift, cocoMaxDetections);
  const taken = new Uint8Array(columns);
  const isFree = (column: number) => taken[column] === 0 && !ignored[column];
  const isFreeIgnored = (column: number) => taken[column] === 0 && ignored[column];
  for (let t = 0; t < cocoIouThresholds.length; t++) {
    const least = Math.min(cocoIouThresholds[t], 1 - 1e-10);
    taken.fill(0);
    for (let row = 0; row < Math.min(rows, cocoMaxDetections); row++) {
      let best = bestFree(overlaps, row, least, isFree);
      if (best < 0) best = bestFree(overlaps, row, least, isFreeIgnored);
      if (best >= 0) {
        if (!objects[best].crowd) taken[best] = 1;
        verdicts[row] |= matchedBit(t) | (ignored[best] ? ignoredBit(t) : 0);
      } else if (isOutside(detections[row].area, range)) {
        verdicts[row] |= ignoredBit(t);
      }
    }
  }
  return verdicts;
}

/** Object that a detection covers best, by at least `least`, among the candidates; −1 for none. */
function bestFree(
  { columns, cocoIou }: Overlaps,
  row: number,
  least: number,
  isCandidate: (column: number) => boolean,
): number {
  let best = -1;
  let bestIou = least;
  for (let column = 0; column < columns; column++) {
    const iou = cocoIou[row * columns + column];
    // Of equals the last one wins, as in COCO's own implementation.
    if (iou >= bestIou && isCandidate(column)) {
      best = column;
      bestIou = iou;
    }
  }
  return best;
}

/** COCO's twelve metrics of a class, or their means over the classes that have objects to be found. */
export interface CocoMetrics {
  readonly AP: MetricValue;
  readonly AP50: MetricValue;
  readonly AP75: MetricValue;
  readonly APs: MetricValue;
  readonly APm: MetricValue;
  readonly APl: MetricValue;
  readonly AR1: MetricValue;
  readonly AR10: MetricValue;
  readonly AR100: MetricValue;
  readonly ARs: MetricValue;
  readonly ARm: MetricValue;
  readonly ARl: MetricValue;
}

/** Record behind COCO's metrics of a class: columns with a number for each detection. */
export interface CocoClassRecord {
  /** In the order of the images, and within an image by falling score. */
  readonly scores: ArrayLike<number>;
  /** Place among the detections of its class in its image, from 0. */
  readonly places: ArrayLike<number>;
  /** Verdicts of `matchCoco` for each size class, in the order of {@link cocoAreaRanges}. */
  readonly verdicts: readonly ArrayLike<number>[];
  /** Number of objects to be found, for each size class. */
  readonly positives: readonly number[];
}

/** COCO's twelve metrics of one class. */
export function cocoClassMetrics(record: CocoClassRecord): CocoMetrics {
  const ranking = rankByScore(record.scores);
  const precision = cocoAreaRanges.map((_, range) => averagePrecisions(record, range, ranking));
  const recall = (range: number, best: number) => averageRecall(record, range, best);
  const [all, small, medium, large] = precision;
  return {
    AP: meanOfDefined(all),
    AP50: all[cocoIouThresholds.indexOf(0.5)],
    AP75: all[cocoIouThresholds.indexOf(0.75)],
    APs: meanOfDefined(small),
    APm: meanOfDefined(medium),
    APl: meanOfDefined(large),
    AR1: recall(0, 1),
    AR10: recall(0, 10),
    AR100: recall(0, 100),
    ARs: recall(1, 100),
    ARm: recall(2, 100),
    ARl: recall(3, 100),
  };
}

/** Mean of each metric over the classes for which it is defined. */
export function meanCocoMetrics(classes: readonly CocoMetrics[]): CocoMetrics {
  const mean = (name: keyof CocoMetrics) => meanOfDefined(classes.map((metrics) => metrics[name]));
  return {
    AP: mean('AP'),
    AP50: mean('AP50'),
    AP75: mean('AP75'),
    APs: mean('APs'),
    APm: mean('APm'),
    APl: mean('APl'),
    AR1: mean('AR1'),
    AR10: mean('AR10'),
    AR100: mean('AR100'),
    ARs: mean('ARs'),
    ARm: mean('ARm'),
    ARl: mean('ARl'),
  };
}

/** Average precision at each IoU threshold: the mean of the envelope at 101 recalls. */
function averagePrecisions(record: CocoClassRecord, range: number, ranking: Uint32Array): MetricValue[] {
  const positives = record.positives[range];
  if (positives === 0) return Array.from(cocoIouThresholds, () => null);
  const verdicts = record.verdicts[range];
  const recall = new Float64Array(positives);
  const precision = new Float64Array(positives);
  return Array.from(cocoIouThresholds, (_, threshold) => {
    let found = 0;
    let wrong = 0;
    for (const detection of ranking) {
      const verdict = verdicts[detection];
      if (isIgnored(verdict, threshold)) continue;
      if (!isMatched(verdict, threshold)) {
        wrong++;
      } else {
        recall[found] = (found + 1) / positives;
        // COCO's guard against a division by zero is part of its metrics.
        precision[found] = (found + 1) / (wrong + (found + 1) + Number.EPSILON);
        found++;
      }
    }
    const envelope = precisionEnvelope(precision.subarray(0, found));
    let sum = 0;
    for (let r = 0, i = 0; r < cocoRecalls.length; r++) {
      while (i < found && recall[i] < cocoRecalls[r]) i++;
      if (i === found) break;
      sum += envelope[i];
    }
    return sum / cocoRecalls.length;
  });
}

/** Share of the objects found by the `best` detections of each image, averaged over the IoU thresholds. */
function averageRecall(record: CocoClassRecord, range: number, best: number): MetricValue {
  const positives = record.positives[range];
  if (positives === 0) return null;
  const verdicts = record.verdicts[range];
  let found = 0;
  for (let detection = 0; detection < verdicts.length; detection++) {
    if (record.places[detection] >= best) continue;
    for (let threshold = 0; threshold < cocoIouThresholds.length; threshold++) {
      const verdict = verdicts[detection];
      if (isMatched(verdict, threshold) && !isIgnored(verdict, threshold)) found++;
    }
  }
  return found / positives / cocoIouThresholds.length;
}
