import { meanOfDefined, precisionEnvelope } from './average-precision.js';
import { cocoAreaRanges, cocoIouThresholds, cocoRecalls, isIgnored, isMatched } from './coco-matching.js';
import type { CocoFigures, Figure } from './metrics.js';
import { rankByScore } from './ranking.js';

/** What COCO's figures of a class rest on: columns with a number for each detection. */
export interface CocoRecord {
  /** In the order of the images, and within an image by falling score. */
  readonly scores: ArrayLike<number>;
  /** Place among the detections of its class in its image, from 0. */
  readonly places: ArrayLike<number>;
  /** For each size class in the order of {@link cocoAreaRanges}: what `matchCoco` said. */
  readonly verdicts: readonly ArrayLike<number>[];
  /** For each size class: number of truths to be found. */
  readonly positives: readonly number[];
}

/** COCO's twelve figures of one class. */
export function cocoClassFigures(record: CocoRecord): CocoFigures {
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

/** The mean of each figure over the classes for which it is defined. */
export function meanCocoFigures(classes: readonly CocoFigures[]): CocoFigures {
  const mean = (name: keyof CocoFigures) => meanOfDefined(classes.map((figures) => figures[name]));
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

/** The average precision at each IoU threshold: the mean of the envelope at 101 recalls. */
function averagePrecisions(record: CocoRecord, range: number, ranking: Uint32Array): Figure[] {
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
        // COCO's guard against a division by zero is part of its figures.
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

/** The share of the truths found by the `best` detections of each image, averaged over the IoU thresholds. */
function averageRecall(record: CocoRecord, range: number, best: number): Figure {
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
