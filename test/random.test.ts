import { describe, expect, it } from 'vitest';
import { randomChoice, randomStream } from '../src/random.js';

describe('randomStream', () => {
  it('depends on seed, use and position alone', () => {
    const draw = (seed: number, use: string, step: number) => randomStream(seed, use, step).uniform();
    expect(draw(1, 'sampling', 7)).toBe(draw(1, 'sampling', 7));
    const draws = [
      draw(1, 'sampling', 7),
      draw(2, 'sampling', 7),
      draw(1, 'shuffle', 7),
      draw(1, 'sampling', 8),
    ];
    expect(new Set(draws).size).toBe(4);
  });

  it('is uniform over neighboring streams and within one', () => {
    const n = 20_000;
    let first = 0;
    for (let step = 0; step < n; step++) first += randomStream(3, 'flip', step).uniform();
    expect(Math.abs(first / n - 0.5)).toBeLessThan(0.01);
    const stream = randomStream(3, 'flip', 0);
    const histogram = new Array<number>(7).fill(0);
    for (let i = 0; i < n; i++) histogram[stream.integer(7)]++;
    for (const count of histogram) expect(Math.abs(count / n - 1 / 7)).toBeLessThan(0.015);
  });
});

describe('randomChoice', () => {
  it('takes distinct elements and leaves the list alone', () => {
    const items = Int32Array.from({ length: 50 }, (_, i) => i * 3);
    const chosen = randomChoice(items, 20, randomStream(1, 'test'));
    expect(chosen).toHaveLength(20);
    expect(new Set(chosen).size).toBe(20);
    for (const item of chosen) expect(item % 3).toBe(0);
    expect(items[49]).toBe(147);
    expect(randomChoice(items, 80, randomStream(1, 'test'))).toHaveLength(50);
  });
});
