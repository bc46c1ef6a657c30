import { describe, expect, it } from 'vitest';
import { trainingOrder } from '../../../src/datasets/loading/order.js';

const epoch = (order: (position: number) => number, n: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => order(n * count + i));

describe('trainingOrder', () => {
  it('visits everything once an epoch, in another order each time', () => {
    const order = trainingOrder(1, 20);
    const epochs = [0, 1, 2].map((n) => epoch(order, n, 20));
    for (const visited of epochs) {
      expect([...visited].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    }
    expect(new Set(epochs.map(String)).size).toBe(3);
    expect(epoch(trainingOrder(2, 20), 0, 20)).not.toEqual(epochs[0]);
  });

  it('depends on the position alone', () => {
    const forwards = trainingOrder(7, 5);
    const sequence = Array.from({ length: 23 }, (_, position) => forwards(position));
    const anywhere = trainingOrder(7, 5);
    for (const position of [22, 3, 17, 0, 9]) expect(anywhere(position)).toBe(sequence[position]);
  });
});
