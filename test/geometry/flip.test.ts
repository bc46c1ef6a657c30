import { describe, expect, it } from 'vitest';
import { flipBox, flipMask } from '../../src/geometry/flip.js';
import { decodeMask, encodeMask } from '../../src/geometry/run-length-mask.js';
import { randomStream } from '../../src/random.js';

describe('flipMask', () => {
  it('mirrors the bitmap', () => {
    for (let mask = 0; mask < 100; mask++) {
      const random = randomStream(3, 'flip', mask);
      const [height, width] = [1 + random.integer(8), 1 + random.integer(8)];
      const density = random.uniform();
      const bitmap = Uint8Array.from({ length: height * width }, () => Number(random.uniform() < density));
      const mirrored = bitmap.map((_, i) => bitmap[Math.floor(i / width) * width + width - 1 - (i % width)]);
      const flipped = flipMask(encodeMask(bitmap, height, width));
      expect(flipped).toEqual(encodeMask(mirrored, height, width));
      expect(decodeMask(flipMask(flipped))).toEqual(bitmap);
    }
  });
});

describe('flipBox', () => {
  it('keeps size and distance from the top', () => {
    expect(flipBox([2, 3, 10.5, 7], 20)).toEqual([9.5, 3, 18, 7]);
  });
});
