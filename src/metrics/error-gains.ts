import {
  allPointAveragePrecision,
  meanOfDefined,
  type Outcome,
  outcomes,
  precisionRecall,
} from './average-precision.js';
import type { ErrorType, JudgedDetection } from './error-types.js';
import type { Figure } from './metrics.js';
import { rankByScore } from './ranking.js';

/** A judged detection of any image. */
export interface RankedDetection {
  readonly label: number;
  readonly score: number;
  /** Order of detections with equal scores. */
  readonly position: number;
  readonly verdict: JudgedDetection['verdict'];
  /** Index into the truths to be found; undefined where it is about none of them. */
  readonly truth: number | undefined;
}

/** A truth to be found, of any image. */
export interface WantedTruth {
  readonly label: number;
  readonly missed: boolean;
}

/** The average precision at IoU 0.5, all-point, and what it would be without one kind of mistake. */
export interface ErrorGains {
  readonly AP: Figure;
  /** What is added to `AP`: TIDE's ΔAP. */
  readonly gain: Readonly<Record<ErrorType, Figure>>;
}

/**
 * What each kind of mistake costs (TIDE, Section 2.3). Confusions get the right class, localisations the right place; of
 * the detections that then find the same truth only the one with the highest score stays. The other false positives
 * vanish, and so do the truths that are missed. A detection about an ignored truth vanishes too.
 */
export function errorGains(
  detections: readonly RankedDetection[],
  truths: readonly WantedTruth[],
  classes: number,
): ErrorGains {
  const AP = averagePrecision(detections, truths, classes);
  const gainWithout = (type: ErrorType): Figure => {
    const without =
      type === 'miss'
        ? averagePrecision(detections, found(truths), classes)
        : averagePrecision(mended(detections, truths, type), truths, classes);
    return AP === null || without === null ? null : without - AP;
  };
  return {
    AP,
    gain: {
      confusion: gainWithout('confusion'),
      localisation: gainWithout('localisation'),
      both: gainWithout('both'),
      duplicate: gainWithout('duplicate'),
      background: gainWithout('background'),
      miss: gainWithout('miss'),
    },
  };
}

function found(truths: readonly WantedTruth[]): WantedTruth[] {
  return truths.filter(({ missed }) => !missed);
}

/** The detections without one kind of mistake. */
function mended(
  detections: readonly RankedDetection[],
  truths: readonly WantedTruth[],
  type: ErrorType,
): RankedDetection[] {
  const mendable = type === 'confusion' || type === 'localisation';
  const kept = detections.flatMap((detection): RankedDetection[] => {
    if (detection.verdict !== type) return [detection];
    if (!mendable || detection.truth === undefined) return [];
    return [{ ...detection, verdict: 'correct', label: truths[detection.truth].label }];
  });
  if (!mendable) return kept;
  // Where several find the same truth now, the highest score stays.
  const finders = new Map<number | undefined, RankedDetection>();
  for (const detection of byScore(kept)) {
    const isFirst = detection.verdict === 'correct' && !finders.has(detection.truth);
    if (isFirst) finders.set(detection.truth, detection);
  }
  return kept.filter(
    (detection) => detection.verdict !== 'correct' || finders.get(detection.truth) === detection,
  );
}

function averagePrecision(
  detections: readonly RankedDetection[],
  truths: readonly WantedTruth[],
  classes: number,
): Figure {
  const ranked = Array.from({ length: classes }, (): Outcome[] => []);
  for (const { label, verdict } of byScore(detections)) ranked[label].push(outcomeOf(verdict));
  const positives = new Array<number>(classes).fill(0);
  for (const { label } of truths) positives[label]++;
  return meanOfDefined(
    ranked.map((own, label) =>
      positives[label] === 0 ? null : allPointAveragePrecision(precisionRecall(own, positives[label])),
    ),
  );
}

function outcomeOf(verdict: RankedDetection['verdict']): Outcome {
  if (verdict === 'ignored') return outcomes.ignored;
  return verdict === 'correct' ? outcomes.truePositive : outcomes.falsePositive;
}

function byScore(detections: readonly RankedDetection[]): RankedDetection[] {
  const ranking = rankByScore(
    detections.map(({ score }) => score),
    detections.map(({ position }) => position),
  );
  return Array.from(ranking, (i) => detections[i]);
}
