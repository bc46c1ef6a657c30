import { describe, expect, it } from 'vitest';
import { maskExtent } from '../../src/geometry/mask-extent.js';
import { encodeMask } from '../../src/geometry/run-length-mask.js';
import { randomStream } from '../../src/random.js';

describe('maskExtent', () => {
  it('is the smallest box that holds the pixels', () => {
    for (let mask = 0; mask < 100; mask++) {
      const random = randomStream(2, 'extent', mask);
      const [height, width] = [1 + random.integer(8), 1 + random.integer(8)];
      const density = random.uniform() ** 3;
      const bitmap = Uint8Array.from({ length: height * width }, () => Number(random.uniform() < density));
      const inside = [...bitmap.keys()].filter((pixel) => bitmap[pixel] === 1);
      const xs = inside.map((pixel) => pixel % width);
      const ys = inside.map((pixel) => Math.floor(pixel / width));
      const expected =
        inside.length === 0
          ? [0, 0, 0, 0]
          : [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
      expect(maskExtent(encodeMask(bitmap, height, width))).toEqual(expected);
    }
  });
});
