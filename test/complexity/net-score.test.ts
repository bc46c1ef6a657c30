import { expect, it } from 'vitest';
import { netScore, publishedClassifiers } from '../../src/complexity/net-score.js';

const rows = [...publishedClassifiers.values()];

it('has all rows of Table 2', () => {
  expect(rows.map(({ name }) => name)).toHaveLength(7);
});

it.each(rows)("gives Table 2's $netScore for $name from its other columns", (row) => {
  expect(Math.abs((netScore(row) ?? 0) - row.netScore)).toBeLessThan(0.01);
});

it('is made by the accuracy alone where a million parameters meet a billion multiply-adds', () => {
  expect(netScore({ top1: 1, parameters: 1e6, multiplyAdds: 1e9 })).toBeCloseTo(80, 12);
  // A tenth of both costs is worth 20, a tenth of the accuracy 40.
  expect(netScore({ top1: 1, parameters: 1e5, multiplyAdds: 1e8 })).toBeCloseTo(100, 12);
  expect(netScore({ top1: 0.1, parameters: 1e6, multiplyAdds: 1e9 })).toBeCloseTo(40, 12);
});

it('is undefined for a network that is never right', () => {
  expect(netScore({ top1: 0, parameters: 1e6, multiplyAdds: 1e9 })).toBeNull();
});
