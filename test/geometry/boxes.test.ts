import { describe, expect, it } from 'vitest';
import {
  boxIou,
  clipBoxes,
  decodeBoxes,
  encodeBoxes,
  flipBox,
  largeBoxes,
  selectBoxes,
} from '../../src/geometry/boxes.js';

describe('boxIou', () => {
  it('is intersection over union, 0 for boxes that only touch', () => {
    const box = Float32Array.of(0, 0, 10, 10);
    expect(boxIou(box, 0, Float32Array.of(50, 50, 60, 60, 0, 0, 10, 5), 1)).toBe(0.5);
    expect(boxIou(box, 0, Float32Array.of(10, 0, 20, 10), 0)).toBe(0);
  });
});

describe('decodeBoxes', () => {
  const references = Float32Array.of(0, 0, 10, 20, 5, 5, 15, 9);

  it('undoes encodeBoxes', () => {
    const targets = Float32Array.of(1, 2, 30, 44, 5, 4, 6, 9);
    const weights = [10, 10, 5, 5] as const;
    const decoded = decodeBoxes(references, encodeBoxes(references, targets, weights), weights);
    for (const [i, coordinate] of decoded.entries()) expect(coordinate).toBeCloseTo(targets[i], 4);
  });

  it('makes nothing more than 62.5 times as large', () => {
    const offsets = Float32Array.of(0, 0, 100, Math.log(2), 0, 0, 0, 0);
    const decoded = decodeBoxes(references, offsets, [1, 1, 1, 1]);
    const expected = [5 - 312.5, -10, 5 + 312.5, 30, 5, 5, 15, 9];
    for (const [i, coordinate] of decoded.entries()) expect(coordinate).toBeCloseTo(expected[i], 3);
  });
});

describe('clipBoxes', () => {
  it('cuts off what lies outside the image', () => {
    const boxes = Float32Array.of(-1, 2, 31, 21, 5, -3, 40, 10, 50, 1, 60, 3);
    clipBoxes(boxes, { height: 20, width: 30 });
    expect([...boxes]).toEqual([0, 2, 30, 20, 5, 0, 30, 10, 30, 1, 30, 3]);
  });
});

describe('largeBoxes and selectBoxes', () => {
  it('find and take the boxes with both sides long enough, but none that is not a number', () => {
    const boxes = Float32Array.of(0, 0, 2, 1, 0, 0, 2, 0.5, 3, 3, 4, 4, 0, 0, Number.NaN, 9);
    const large = largeBoxes(boxes, 1);
    expect([...large]).toEqual([0, 2]);
    expect([...selectBoxes(boxes, large)]).toEqual([0, 0, 2, 1, 3, 3, 4, 4]);
  });
});

describe('flipBox', () => {
  it('keeps size and distance from the top', () => {
    expect(flipBox([2, 3, 10.5, 7], 20)).toEqual([9.5, 3, 18, 7]);
  });
});
