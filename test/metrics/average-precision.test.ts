import { expect, test } from 'vitest';
import {
  allPointAveragePrecision,
  meanCurve,
  outcomes,
  precisionRecall,
} from '../../src/metrics/average-precision.js';

const { truePositive: tp, falsePositive: fp } = outcomes;

test('the mean average precision is the area under the mean curve', () => {
  const curves = [
    precisionRecall([tp, fp, tp, tp, fp, fp, tp], 5),
    precisionRecall([fp, fp, tp], 2),
    precisionRecall([], 4),
  ];
  const mean = meanCurve([...curves, null], 100);
  if (mean === null) throw new Error('there is a mean');
  const expected = curves.reduce((sum, curve) => sum + allPointAveragePrecision(curve), 0) / 3;
  // All recalls are multiples of a hundredth.
  expect(allPointAveragePrecision(mean)).toBeCloseTo(expected, 12);
  expect(mean.precision[0]).toBeCloseTo((1 + 1 / 3) / 3, 15);
  expect(mean.precision[99]).toBe(0);
});

test('without curves there is no mean', () => {
  expect(meanCurve([null])).toBeNull();
});
