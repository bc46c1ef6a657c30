import { describe, expect, it } from 'vitest';
import { flipMask, resizeMask } from '../../src/geometry/mask-transforms.js';
import { decodeMask, encodeMask } from '../../src/geometry/run-length-mask.js';
import { type RandomStream, randomStream } from '../../src/random.js';

/** Pixels from none to all, in columns that are partly empty and partly full. */
function randomBitmap(random: RandomStream, height: number, width: number): Uint8Array {
  const densities = Array.from({ length: width }, () => Math.round(3 * random.uniform()) / 3);
  const density = random.uniform() ** 2;
  return Uint8Array.from({ length: height * width }, (_, i) =>
    Number(random.uniform() < density * densities[i % width] || densities[i % width] === 1),
  );
}

describe('flipMask', () => {
  it('mirrors the bitmap', () => {
    for (let mask = 0; mask < 200; mask++) {
      const random = randomStream(3, 'flip', mask);
      const [height, width] = [1 + random.integer(8), 1 + random.integer(8)];
      const bitmap = randomBitmap(random, height, width);
      const mirrored = bitmap.map((_, i) => bitmap[Math.floor(i / width) * width + width - 1 - (i % width)]);
      const flipped = flipMask(encodeMask(bitmap, height, width));
      expect(flipped).toEqual(encodeMask(mirrored, height, width));
      expect(decodeMask(flipMask(flipped))).toEqual(bitmap);
    }
  });

  it('keeps masks without a pixel, and full ones', () => {
    for (const value of [0, 1]) {
      const mask = encodeMask(new Uint8Array(12).fill(value), 3, 4);
      expect(flipMask(mask)).toEqual(mask);
    }
  });
});

describe('resizeMask', () => {
  it('takes the nearest pixels of the bitmap', () => {
    for (let mask = 0; mask < 300; mask++) {
      const random = randomStream(4, 'resize', mask);
      const side = () => 1 + random.integer(12);
      const [height, width, newHeight, newWidth] = [side(), side(), side(), side()];
      const bitmap = randomBitmap(random, height, width);
      const nearest = (i: number, from: number, to: number) =>
        Math.min(Math.floor(Math.fround(i * Math.fround(from / to))), from - 1);
      const resized = Uint8Array.from({ length: newHeight * newWidth }, (_, i) => {
        const row = nearest(Math.floor(i / newWidth), height, newHeight);
        return bitmap[row * width + nearest(i % newWidth, width, newWidth)];
      });
      const size = { height: newHeight, width: newWidth };
      expect(resizeMask(encodeMask(bitmap, height, width), size)).toEqual(
        encodeMask(resized, newHeight, newWidth),
      );
    }
  });
});
