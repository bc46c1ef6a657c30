import { describe, expect, it } from 'vitest';
import { nonMaximumSuppression, topK } from '../../src/geometry/score-selection.js';

describe('topK', () => {
  it('orders by falling value, equal values by rising index', () => {
    expect([...topK(Float32Array.of(1, 3, 2, 3, 0), 3)]).toEqual([1, 3, 2]);
    expect([...topK(Float32Array.of(2, 2, 2, 2), 2)]).toEqual([0, 1]);
  });

  it('returns all of fewer than k', () => {
    expect([...topK(Float32Array.of(1, 3, 2), 5)]).toEqual([1, 2, 0]);
    expect([...topK(new Float32Array(), 5)]).toEqual([]);
  });

  it('agrees with a full sort', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => Math.round(50 * Math.sin(i * i)));
    const sorted = [...values.keys()].sort((a, b) => values[b] - values[a] || a - b);
    for (const k of [1, 2, 499, 999]) expect([...topK(values, k)]).toEqual(sorted.slice(0, k));
  });

  it('what is not a number comes last', () => {
    const values = Float32Array.of(Number.NaN, 1, Number.POSITIVE_INFINITY, Number.NaN, 2);
    expect([...topK(values, 2)]).toEqual([2, 4]);
    expect([...topK(values, 4)]).toEqual([2, 4, 1, 0]);
    expect([...topK(new Float32Array(6).fill(Number.NaN), 3)]).toEqual([0, 1, 2]);
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
