import type { ErrorSummary } from './error-analysis.js';
import type { MetricValue } from './metric-value.js';

/** Precision and recall of the detections from a score on, of all classes together. */
export interface OperatingPoint {
  readonly score: number;
  readonly detections: number;
  /** Share of the detections that are correct; null without detections. */
  readonly precision: MetricValue;
  /** Share of the objects to be found that are found; null without such objects. */
  readonly recall: MetricValue;
  /** Harmonic mean of the two: correct detections over the mean number of detections and objects. */
  readonly f1: MetricValue;
}

type ScoredErrors = Pick<ErrorSummary, 'scores' | 'areas'>;

/** Operating points at some scores. Whether a detection is correct doesn't depend on those that score less. */
export function operatingPoints({ scores, areas }: ScoredErrors, at: readonly number[]): OperatingPoint[] {
  const objects = areas.found.length + areas.notFound.length;
  return at.map((score) => {
    const correct = countFrom(scores.correct, score);
    const detections = correct + countFrom(scores.wrong, score);
    return {
      score,
      detections,
      precision: detections === 0 ? null : correct / detections,
      recall: objects === 0 ? null : correct / objects,
      f1: detections + objects === 0 ? null : (2 * correct) / (detections + objects),
    };
  });
}

/** Operating point with the highest F1, at the highest score that gives it; undefined where no detection is correct. */
export function bestOperatingPoint(scored: ScoredErrors): OperatingPoint | undefined {
  const { scores, areas } = scored;
  const correct = scores.correct.toSorted((a, b) => b - a);
  const wrong = scores.wrong.toSorted((a, b) => b - a);
  const objects = areas.found.length + areas.notFound.length;
  let best: { score: number; f1: number } | undefined;
  let others = 0;
  for (const [i, score] of correct.entries()) {
    // Of equal scores the last one stands for all.
    if (correct[i + 1] === score) continue;
    while (others < wrong.length && wrong[others] >= score) others++;
    const f1 = (2 * (i + 1)) / (i + 1 + others + objects);
    if (best === undefined || f1 > best.f1) best = { score, f1 };
  }
  return best && operatingPoints(scored, [best.score])[0];
}

function countFrom(scores: readonly number[], least: number): number {
  return scores.reduce((count, score) => count + (score >= least ? 1 : 0), 0);
}
