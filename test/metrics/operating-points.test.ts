import { expect, test } from 'vitest';
import { bestOperatingPoint, operatingPoints } from '../../src/metrics/operating-points.js';

/** Four objects, three of them found by detections of any score; which areas they have plays no part. */
const scored = {
  scores: { correct: [0.9, 0.6, 0.3], wrong: [0.7, 0.6, 0.2, 0.1] },
  areas: { found: [1, 1], notFound: [1, 1] },
};

test('precision, recall and F1 of the detections from a score on', () => {
  expect(operatingPoints(scored, [0.6, 0.95])).toEqual([
    { score: 0.6, detections: 4, precision: 2 / 4, recall: 2 / 4, f1: 4 / 8 },
    { score: 0.95, detections: 0, precision: null, recall: 0, f1: 0 },
  ]);
});

test('the highest F1', () => {
  // 2/5, 4/8 and 6/9.
  expect(bestOperatingPoint(scored)).toEqual({
    score: 0.3,
    detections: 5,
    precision: 3 / 5,
    recall: 3 / 4,
    f1: 6 / 9,
  });
  const tied = { scores: { correct: [0.5, 0.5], wrong: [0.5] }, areas: { found: [1, 1], notFound: [] } };
  expect(bestOperatingPoint(tied)).toMatchObject({ score: 0.5, detections: 3, recall: 1, f1: 4 / 5 });
});

test('is undefined where there is nothing', () => {
  const nothing = { scores: { correct: [], wrong: [0.4] }, areas: { found: [], notFound: [] } };
  expect(operatingPoints(nothing, [0.5])).toEqual([
    { score: 0.5, detections: 0, precision: null, recall: null, f1: null },
  ]);
  expect(bestOperatingPoint(nothing)).toBeUndefined();
});
