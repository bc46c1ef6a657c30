import { outcomes } from './average-precision.js';
import { type EvaluationImage, masksOf } from './evaluation-image.js';
import { boxOverlaps, maskOverlaps, type Overlaps } from './overlaps.js';
import { rankByScore } from './ranking.js';
import { matchBest } from './voc-matching.js';

/** IoU from which on a detection finds a truth. */
export const foundIou = 0.5;
/** IoU from which on a detection is about a truth at all. */
export const nearIou = 0.1;

/**
 * The kinds of mistakes, after TIDE (Bolya et al., 2020). A detection that the devkit's rule at IoU 0.5 calls a false
 * positive is, in this order:
 *
 * - `duplicate`: it covers a truth of its class by at least 0.5, which a higher score has found;
 * - `confusion`: it covers a truth of another class by at least 0.5;
 * - `localisation`: it covers a truth of its class by at least 0.1;
 * - `confusedAndMislocated`: it covers a truth of another class by at least 0.1;
 * - `background`: it covers nothing by 0.1.
 *
 * And a truth is a `miss` where it was to be found, no detection found it, and no confusion and no localisation is
 * about it. Crowds are compared with by their own class alone, and only as the devkit's rule does it.
 */
export const errorTypes = [
  'confusion',
  'localisation',
  'confusedAndMislocated',
  'duplicate',
  'background',
  'miss',
] as const;
export type ErrorType = (typeof errorTypes)[number];

/** What became of a detection. */
export interface JudgedDetection {
  /** Index into the image's detections. */
  readonly detection: number;
  readonly verdict: 'correct' | 'ignored' | Exclude<ErrorType, 'miss'>;
  /** Index into the image's truths: the one it finds or is about. */
  readonly truth: number | undefined;
  /** With that truth. */
  readonly iou: number;
}

/** What became of an image's detections and truths. */
export interface JudgedImage {
  /** By falling score. */
  readonly detections: readonly JudgedDetection[];
  /** Whether the protocol leaves a truth out: crowds, and difficult ones where boxes are compared. */
  readonly ignored: readonly boolean[];
  /** Indices of the missed truths. */
  readonly missed: readonly number[];
}

/** Judges each detection and each truth of an image. For `mask`, all of them have masks. */
export function judgeImage(image: EvaluationImage, geometry: 'box' | 'mask'): JudgedImage {
  const { truths } = image;
  const ranking = Array.from(rankByScore(image.detections.map(({ score }) => score)));
  const detections = ranking.map((i) => image.detections[i]);
  const crowds = truths.map(({ crowd }) => crowd);
  const ignored = truths.map(({ crowd, difficult }) => crowd || (difficult && geometry === 'box'));
  const overlaps =
    geometry === 'mask'
      ? maskOverlaps(masksOf(detections), masksOf(truths), crowds)
      : boxOverlaps(
          detections.map(({ box }) => box),
          truths.map(({ box }) => box),
          crowds,
        );
  const ofClass = (row: number, column: number) => detections[row].label === truths[column].label;
  const matches = matchBest(only(overlaps, ofClass), ignored, foundIou);

  const judged = ranking.map((detection, row): JudgedDetection => {
    const same = best(overlaps, row, (column) => ofClass(row, column));
    const matched = { detection, truth: same.truth, iou: same.iou };
    if (matches[row] === outcomes.truePositive) return { ...matched, verdict: 'correct' };
    if (matches[row] === outcomes.ignored) return { ...matched, verdict: 'ignored' };
    if (same.iou >= foundIou) return { ...matched, verdict: 'duplicate' };
    const own = best(overlaps, row, (column) => ofClass(row, column) && !crowds[column]);
    const other = best(overlaps, row, (column) => !ofClass(row, column) && !crowds[column]);
    if (other.iou >= foundIou) return { detection, ...other, verdict: 'confusion' };
    if (own.iou >= nearIou) return { detection, ...own, verdict: 'localisation' };
    if (other.iou >= nearIou) return { detection, ...other, verdict: 'confusedAndMislocated' };
    return { detection, truth: undefined, iou: 0, verdict: 'background' };
  });
  const accounted = new Set(
    judged
      .filter(({ verdict }) => verdict === 'correct' || verdict === 'confusion' || verdict === 'localisation')
      .map(({ truth }) => truth),
  );
  const missed = truths.flatMap((_, i) => (ignored[i] || accounted.has(i) ? [] : [i]));
  return { detections: judged, ignored, missed };
}

/** The overlaps of the chosen pairs; the others don't overlap. */
function only(overlaps: Overlaps, chosen: (row: number, column: number) => boolean): Overlaps {
  const { columns } = overlaps;
  const keep = (iou: number, at: number) => (chosen(Math.floor(at / columns), at % columns) ? iou : 0);
  return { ...overlaps, iou: overlaps.iou.map(keep), cocoIou: overlaps.cocoIou.map(keep) };
}

/** The first of the chosen truths that a detection covers best. */
function best(
  { columns, iou }: Overlaps,
  row: number,
  chosen: (column: number) => boolean,
): { truth: number | undefined; iou: number } {
  let truth: number | undefined;
  let highest = 0;
  for (let column = 0; column < columns; column++) {
    if (iou[row * columns + column] > highest && chosen(column)) {
      truth = column;
      highest = iou[row * columns + column];
    }
  }
  return { truth, iou: highest };
}
