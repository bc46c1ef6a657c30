import { expect, test } from 'vitest';
import { topK } from '../../src/geometry/top-k.js';

test('orders by falling value, equal values by rising index', () => {
  expect([...topK(Float32Array.of(1, 3, 2, 3, 0), 3)]).toEqual([1, 3, 2]);
  expect([...topK(Float32Array.of(2, 2, 2, 2), 2)]).toEqual([0, 1]);
});

test('returns all of fewer than k', () => {
  expect([...topK(Float32Array.of(1, 3, 2), 5)]).toEqual([1, 2, 0]);
  expect([...topK(new Float32Array(), 5)]).toEqual([]);
});

test('agrees with a full sort', () => {
  const values = Float32Array.from({ length: 1000 }, (_, i) => Math.round(50 * Math.sin(i * i)));
  const sorted = [...values.keys()].sort((a, b) => values[b] - values[a] || a - b);
  for (const k of [1, 2, 499, 999]) expect([...topK(values, k)]).toEqual(sorted.slice(0, k));
});

test('what is not a number comes last', () => {
  const values = Float32Array.of(Number.NaN, 1, Number.POSITIVE_INFINITY, Number.NaN, 2);
  expect([...topK(values, 2)]).toEqual([2, 4]);
  expect([...topK(values, 4)]).toEqual([2, 4, 1, 0]);
  expect([...topK(new Float32Array(6).fill(Number.NaN), 3)]).toEqual([0, 1, 2]);
});
