import { outcomes, rankByScore } from './average-precision.js';
import { boxOverlaps, maskOverlaps, type Overlaps } from './overlaps.js';
import { masksOf, type ScoredImage } from './scored-image.js';
import { matchBest } from './voc-protocol.js';

/** IoU from which on a detection finds an object. */
const foundIou = 0.5;
/** IoU from which on a detection is about an object at all. */
const nearIou = 0.1;

/**
 * Error types of TIDE (Bolya et al., 2020), told apart in the order of its code. A detection that the devkit's rule at
 * IoU 0.5 calls a false positive is a
 *
 * - `localization`: it covers an object of its class by 0.1 to 0.5, and none by more;
 * - `confusion` (TIDE: classification): else, it covers an object of another class by at least 0.5;
 * - `duplicate`: else, it covers an object of its class by at least 0.5, which a higher score has found;
 * - `both` (confused and mislocated): else, it covers an object of another class by at least 0.1;
 * - `background`: it covers nothing by 0.1.
 *
 * An object to be found is a `miss` where no detection finds it, and no localization and no confusion is about it. Crowds
 * are compared with detections of their own class only, as the devkit's rule does it.
 */
export const errorTypes = ['confusion', 'localization', 'both', 'duplicate', 'background', 'miss'] as const;
export type ErrorType = (typeof errorTypes)[number];

/** Verdict on a detection. */
export interface JudgedDetection {
  /** Index into the image's detections. */
  readonly detection: number;
  readonly verdict: 'correct' | 'ignored' | Exclude<ErrorType, 'miss'>;
  /** Index of the annotated object that it finds or is about. */
  readonly object: number | undefined;
  /** IoU with that object. */
  readonly iou: number;
}

/** Verdicts on an image's detections. */
interface JudgedImage {
  /** By falling score. A verdict doesn't depend on the detections after it. */
  readonly detections: readonly JudgedDetection[];
  /** Whether the protocol leaves an annotated object out: crowds, and difficult ones where boxes are compared. */
  readonly ignored: readonly boolean[];
}

/** Judges each detection of an image. For `mask`, all objects have masks. */
export function judgeImage(image: ScoredImage, geometry: 'box' | 'mask'): JudgedImage {
  const { groundTruth } = image;
  const ranking = Array.from(rankByScore(image.detections.map(({ score }) => score)));
  const detections = ranking.map((i) => image.detections[i]);
  const crowds = groundTruth.map(({ crowd }) => crowd);
  const ignored = groundTruth.map(({ crowd, difficult }) => crowd || (difficult && geometry === 'box'));
  const overlaps =
    geometry === 'mask'
      ? maskOverlaps(masksOf(detections), masksOf(groundTruth), crowds)
      : boxOverlaps(
          detections.map(({ box }) => box),
          groundTruth.map(({ box }) => box),
          crowds,
        );
  const ofClass = (row: number, column: number) => detections[row].label === groundTruth[column].label;
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
    return { detection, object: undefined, iou: 0, verdict: 'background' };
  });
  return { detections: judged, ignored };
}

/** Indices of the annotated objects that are a `miss` of these detections. */
export function missedObjects(
  detections: readonly JudgedDetection[],
  ignored: readonly boolean[],
): ReadonlySet<number> {
  const accounted = new Set<number | undefined>();
  for (const { verdict, object } of detections) {
    if (verdict === 'correct' || verdict === 'localization' || verdict === 'confusion') accounted.add(object);
  }
  return new Set(ignored.flatMap((isIgnored, i) => (isIgnored || accounted.has(i) ? [] : [i])));
}

/** Overlaps of the chosen pairs; the others don't overlap. */
function only(overlaps: Overlaps, chosen: (row: number, column: number) => boolean): Overlaps {
  const { columns } = overlaps;
  const keep = (iou: number, at: number) => (chosen(Math.floor(at / columns), at % columns) ? iou : 0);
  return { ...overlaps, iou: overlaps.iou.map(keep), cocoIou: overlaps.cocoIou.map(keep) };
}

/** First of the chosen objects that a detection covers best. */
function best(
  { columns, iou }: Overlaps,
  row: number,
  chosen: (column: number) => boolean,
): { object: number | undefined; iou: number } {
  let object: number | undefined;
  let highest = 0;
  for (let column = 0; column < columns; column++) {
    if (iou[row * columns + column] > highest && chosen(column)) {
      object = column;
      highest = iou[row * columns + column];
    }
  }
  return { object, iou: highest };
}
