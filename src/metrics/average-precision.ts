/** Precision over recall at each true positive, by falling score: recall only rises there. */
export interface PrecisionRecall {
  readonly recall: Float64Array;
  readonly precision: Float64Array;
}

/** Judgments of a protocol about a detection. */
export const outcomes = { falsePositive: 0, truePositive: 1, ignored: 2 } as const;
export type Outcome = (typeof outcomes)[keyof typeof outcomes];

/**
 * Curve of a class.
 *
 * @param ranked outcomes of all detections of the class, by falling score
 * @param positives number of objects to be found, at least 1
 */
export function precisionRecall(ranked: ArrayLike<number>, positives: number): PrecisionRecall {
  let points = 0;
  for (let i = 0; i < ranked.length; i++) if (ranked[i] === outcomes.truePositive) points++;
  const recall = new Float64Array(points);
  const precision = new Float64Array(points);
  let found = 0;
  let wrong = 0;
  for (let i = 0; i < ranked.length; i++) {
    if (ranked[i] === outcomes.falsePositive) wrong++;
    if (ranked[i] !== outcomes.truePositive) continue;
    recall[found] = (found + 1) / positives;
    precision[found] = (found + 1) / (found + 1 + wrong);
    found++;
  }
  return { recall, precision };
}

/** Best precision at the recall of each point or at a higher one. */
export function precisionEnvelope(precision: Float64Array): Float64Array {
  const envelope = precision.slice();
  for (let i = envelope.length - 2; i >= 0; i--) envelope[i] = Math.max(envelope[i], envelope[i + 1]);
  return envelope;
}

/** VOC's average precision since 2010: the area under the envelope. */
export function allPointAveragePrecision({ recall, precision }: PrecisionRecall): number {
  const envelope = precisionEnvelope(precision);
  let area = 0;
  for (let i = 0; i < recall.length; i++) area += (recall[i] - (i === 0 ? 0 : recall[i - 1])) * envelope[i];
  return area;
}

/**
 * VOC's average precision up to 2009: the mean of the envelope at the recalls 0, 0.1 … 1. The recalls are multiples
 * of 0.1 in floating point, as the devkit's `0:0.1:1` and the `arange` of the published Python scores have them, so
 * that 3 × 0.1 is more than 3 / 10.
 */
export function elevenPointAveragePrecision({ recall, precision }: PrecisionRecall): number {
  const envelope = precisionEnvelope(precision);
  let sum = 0;
  for (let k = 0, i = 0; k <= 10; k++) {
    while (i < recall.length && recall[i] < k * 0.1) i++;
    if (i < recall.length) sum += envelope[i] / 11;
  }
  return sum;
}

/**
 * Mean of the envelopes of several curves at `resolution` recalls up to 1. The area under it is the mean average
 * precision. Null without curves.
 */
export function meanCurve(
  curves: Iterable<PrecisionRecall | null>,
  resolution = 200,
): PrecisionRecall | null {
  const recall = Float64Array.from({ length: resolution }, (_, i) => (i + 1) / resolution);
  const precision = new Float64Array(resolution);
  let count = 0;
  for (const curve of curves) {
    if (curve === null) continue;
    count++;
    const envelope = precisionEnvelope(curve.precision);
    for (let r = 0, i = 0; r < resolution; r++) {
      while (i < envelope.length && curve.recall[i] < recall[r]) i++;
      if (i < envelope.length) precision[r] += envelope[i];
    }
  }
  return count === 0 ? null : { recall, precision: precision.map((sum) => sum / count) };
}

/** Indices of the scores, highest first. Equal scores keep the order of `ties`, or without it their own. */
export function rankByScore(scores: ArrayLike<number>, ties?: ArrayLike<number>): Uint32Array {
  const ranking = new Uint32Array(scores.length);
  for (let i = 0; i < ranking.length; i++) ranking[i] = i;
  if (ties === undefined) return ranking.sort((a, b) => scores[b] - scores[a] || a - b);
  return ranking.sort((a, b) => scores[b] - scores[a] || ties[a] - ties[b]);
}
