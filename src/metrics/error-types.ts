import { outcomes, rankByScore } from './average-precision.js';
import { boxOverlaps, maskOverlaps, type Overlaps } from './overlaps.js';
import { masksOf, type ScoredImage } from './scored-image.js';
import { matchBest } from './voc-protocol.js';

/** IoU from which on a detection finds a truth. */
export const foundIou = 0.5;
/** IoU from which on a detection is about a truth at all. */
export const nearIou = 0.1;

/**
 * The kinds of mistakes of TIDE (Bolya et al., 2020), told apart in the order of its code. A detection that the devkit's
 * rule at IoU 0.5 calls a false positive is a
 *
 * - `localization`: it covers a truth of its class by 0.1 to 0.5, and none by more;
 * - `confusion` (TIDE: classification): else, it covers a truth of another class by at least 0.5;
 * - `duplicate`: else, it covers a truth of its class by at least 0.5, which a higher score has found;
 * - `both` (confused and mislocated): else, it covers a truth of another class by at least 0.1;
 * - `background`: it covers nothing by 0.1.
 *
 * And a truth is a `miss` where it was to be found, no detection found it, and no localization and no confusion is
 * about it. Crowds are compared with by their own class alone, and only as the devkit's rule does it.
 */
export const errorTypes = ['confusion', 'localization', 'both', 'duplicate', 'background', 'miss'] as const;
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

/** What became of an image's detections. */
export interface JudgedImage {
  /** By falling score. What became of one doesn't depend on those after it. */
  readonly detections: readonly JudgedDetection[];
  /** Whether the protocol leaves a truth out: crowds, and difficult ones where boxes are compared. */
  readonly ignored: readonly boolean[];
}

/** Judges each detection of an image. For `mask`, all objects have masks. */
export function judgeImage(image: ScoredImage, geometry: 'box' | 'mask'): JudgedImage {
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
    if (matches[row] === outcomes.truePositive) return { detection, ...same, verdict: 'correct' };
    if (matches[row] === outcomes.ignored) return { detection, ...same, verdict: 'ignored' };
    const own = best(overlaps, row, (column) => ofClass(row, column) && !crowds[column]);
    const other = best(overlaps, row, (column) => !ofClass(row, column) && !crowds[column]);
    if (own.iou >= nearIou && own.iou < foundIou) return { detection, ...own, verdict: 'localization' };
    if (other.iou >= foundIou) return { detection, ...other, verdict: 'confusion' };
    if (own.iou >= foundIou) return { detection, ...own, verdict: 'duplicate' };
    if (other.iou >= nearIou) return { detection, ...other, verdict: 'both' };
    return { detection, truth: undefined, iou: 0, verdict: 'background' };
  });
  return { detections: judged, ignored };
}

/** Indices of the truths that are a `miss` of these detections. */
export function missedTruths(
  detections: readonly JudgedDetection[],
  ignored: readonly boolean[],
): ReadonlySet<number> {
  const accounted = new Set<number | undefined>();
  for (const { verdict, truth } of detections) {
    if (verdict === 'correct' || verdict === 'localization' || verdict === 'confusion') accounted.add(truth);
  }
  return new Set(ignored.flatMap((isIgnored, i) => (isIgnored || accounted.has(i) ? [] : [i])));
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
