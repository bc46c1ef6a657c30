import { describe, expect, it } from 'vitest';
import {
  encodeLabelImage,
  encodeMask,
  forEachStretch,
  maskExtent,
} from '../../src/geometry/run-length-mask.js';
import { randomStream } from '../../src/random.js';

describe('encodeLabelImage', () => {
  it('encodes every label as encodeMask does one by one', () => {
    for (let image = 0; image < 50; image++) {
      const random = randomStream(1, 'label image', image);
      const [height, width] = [1 + random.integer(9), 1 + random.integer(9)];
      const values = [0, 1, 2, 7, 255].slice(0, 1 + random.integer(5));
      const labels = Uint8Array.from({ length: height * width }, () => values[random.integer(values.length)]);
      const masks = encodeLabelImage(labels, height, width);
      const present = [...new Set(labels)].filter((label) => label !== 0).sort((a, b) => a - b);
      expect([...masks.keys()]).toEqual(present);
      for (const [label, mask] of masks) {
        const bitmap = labels.map((value) => (value === label ? 1 : 0));
        expect(mask).toEqual(encodeMask(bitmap, height, width));
      }
    }
  });

  it('gives a label that fills the image an empty first run', () => {
    expect([...encodeLabelImage(new Uint8Array(6).fill(3), 2, 3)]).toEqual([
      [3, { height: 2, width: 3, counts: Uint32Array.of(0, 6) }],
    ]);
  });

  it('refuses a wrong number of pixels', () => {
    expect(() => encodeLabelImage(new Uint8Array(5), 2, 3)).toThrow('needs 6 bytes, not 5');
  });
});

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

describe('forEachStretch', () => {
  it('visits the pixels inside, column by column, of all columns or of some', () => {
    for (let mask = 0; mask < 100; mask++) {
      const random = randomStream(3, 'stretches', mask);
      const [height, width] = [1 + random.integer(8), 1 + random.integer(8)];
      const density = random.uniform();
      const bitmap = Uint8Array.from({ length: height * width }, () => Number(random.uniform() < density));
      const first = random.integer(width);
      const end = first + random.integer(width + 1 - first);
      for (const columns of [undefined, { first, end }]) {
        const visited: number[] = [];
        forEachStretch(
          encodeMask(bitmap, height, width),
          (x, top, bottom) => {
            for (let y = top; y < bottom; y++) visited.push(y * width + x);
          },
          columns,
        );
        const expected = [...bitmap.keys()]
          .filter((pixel) => bitmap[pixel] === 1)
          .filter((pixel) => !columns || (pixel % width >= first && pixel % width < end))
          .sort((a, b) => (a % width) - (b % width) || a - b);
        expect(visited).toEqual(expected);
      }
    }
  });
});
