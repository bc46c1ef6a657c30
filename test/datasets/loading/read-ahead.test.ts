import { describe, expect, it } from 'vitest';
import { readAhead } from '../../../src/datasets/loading/read-ahead.js';

describe('readAhead', () => {
  it('keeps to its number and to the order, whoever is first', async () => {
    const asked: (() => void)[] = [];
    const source = {
      read: (n: number) => new Promise<string>((resolve) => asked.push(() => resolve(`answer ${n}`))),
      close: async () => {},
    };
    const loader = readAhead((n) => n, 5, source, 3);
    expect(asked.length).toBe(3);
    asked[2]();
    asked[1]();
    const batch = Promise.all([loader.next(), loader.next()]);
    expect(asked.length).toBe(3);
    asked[0]();
    expect(await batch).toEqual(['answer 0', 'answer 1']);
    expect(asked.length).toBe(5);
    expect(await loader.next()).toBe('answer 2');
    expect(asked.length).toBe(5);
  });
});
