import { describe, expect, it } from 'vitest';
import { nonMaximumSuppression, orderByScore } from '../../src/geometry/nms.js';
import { topK } from '../../src/geometry/top-k.js';
import { randomStream } from '../../src/random.js';

describe('topK', () => {
  it('finds the largest by falling value, ties by index', () => {
    expect([...topK(Float32Array.of(1, 5, 3, 5, 2), 3)]).toEqual([1, 3, 2]);
    expect([...topK(Float32Array.of(1, 1, 1, 1), 2)]).toEqual([0, 1]);
    expect([...topK(Float32Array.of(2, 7), 5)]).toEqual([1, 0]);
    expect(topK(new Float32Array(), 5)).toHaveLength(0);
  });

  it('equals sorting everything', () => {
    const random = randomStream(1, 'top-k');
    for (let round = 0; round < 50; round++) {
      // Few distinct values, so that there are many ties.
      const values = Float32Array.from({ length: 1 + random.integer(300) }, () => random.integer(40));
      const k = 1 + random.integer(values.length);
      expect([...topK(values, k)]).toEqual([...orderByScore(values).subarray(0, k)]);
    }
  });
});

describe('nonMaximumSuppression', () => {
  it('drops what overlaps a better box by more than the threshold, up to the limit', () => {
    const boxes = Float32Array.of(0, 0, 10, 10, 0, 0, 10, 5, 20, 20, 30, 30, 1, 0, 11, 10);
    const scores = Float32Array.of(0.8, 0.7, 0.6, 0.9);
    const all = Number.POSITIVE_INFINITY;
    // Box 3 and 0: 90 / 110. Box 3 and 1: 45 / 105. Box 0 and 1: 50 / 100.
    expect([...nonMaximumSuppression(boxes, scores, 0.5, all)]).toEqual([3, 1, 2]);
    expect([...nonMaximumSuppression(boxes, scores, 0.5, 2)]).toEqual([3, 1]);
    expect([...nonMaximumSuppression(boxes, scores, 0.4, all)]).toEqual([3, 2]);
    expect([...nonMaximumSuppression(boxes, scores, 0.9, all)]).toEqual([3, 0, 1, 2]);
  });

  it('keeps boxes at exactly the threshold', () => {
    const boxes = Float32Array.of(0, 0, 10, 10, 0, 0, 10, 5);
    expect([...nonMaximumSuppression(boxes, Float32Array.of(1, 0.5), 0.5, 2)]).toEqual([0, 1]);
  });

  it('has nothing to do without boxes', () => {
    expect(nonMaximumSuppression(new Float32Array(), new Float32Array(), 0.5, 1)).toHaveLength(0);
  });
});
