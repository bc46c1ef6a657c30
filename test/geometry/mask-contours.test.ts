import { expect, test } from 'vitest';
import { maskContours } from '../../src/geometry/mask-contours.js';
import { encodeMask } from '../../src/geometry/run-length-mask.js';
import { randomStream } from '../../src/random.js';

/** A mask from rows of characters, `#` inside. */
function maskOf(...rows: string[]) {
  const bitmap = Uint8Array.from(rows.join(''), (character) => (character === '#' ? 1 : 0));
  return encodeMask(bitmap, rows.length, rows[0].length);
}

/** Positive where the inside is to the right, as y points down. */
function signedArea(contour: Float32Array): number {
  let twice = 0;
  for (let i = 0; i < contour.length; i += 2) {
    const j = (i + 2) % contour.length;
    twice += contour[i] * contour[j + 1] - contour[j] * contour[i + 1];
  }
  return twice / 2;
}

test('a rectangle: its outline, with the corners cut', () => {
  const [contour, ...others] = maskContours(maskOf('.....', '.###.', '.###.', '.....'));
  expect(others).toEqual([]);
  expect([...contour]).toEqual([1.5, 1, 3.5, 1, 4, 1.5, 4, 2.5, 3.5, 3, 1.5, 3, 1, 2.5, 1, 1.5]);
  expect(signedArea(contour)).toBe(3 * 2 - 4 / 8);
});

test('a mask that fills its image is outlined along the edge', () => {
  const [contour] = maskContours(maskOf('##', '##'));
  expect([...contour]).toEqual([0.5, 0, 1.5, 0, 2, 0.5, 2, 1.5, 1.5, 2, 0.5, 2, 0, 1.5, 0, 0.5]);
});

test('a hole is an outline of its own, the other way round', () => {
  const areas = maskContours(maskOf('#####', '#...#', '#...#', '#####')).map(signedArea);
  expect(areas.length).toBe(2);
  expect(Math.max(...areas)).toBe(19.5);
  expect(Math.min(...areas)).toBe(-5.5);
});

test('pixels that touch at a corner are one part, pixels that do not are two', () => {
  expect(maskContours(maskOf('#..', '.#.', '..#')).length).toBe(1);
  expect(maskContours(maskOf('..#', '.#.', '#..')).length).toBe(1);
  expect(maskContours(maskOf('#.#')).length).toBe(2);
});

test('an empty mask has no outline', () => {
  expect(maskContours(maskOf('...', '...'))).toEqual([]);
});

test('every vertex is the middle of an edge between inside and outside, and the areas add up', () => {
  const random = randomStream(1, 'contours');
  for (let round = 0; round < 50; round++) {
    const height = 1 + random.integer(12);
    const width = 1 + random.integer(12);
    const bitmap = Uint8Array.from({ length: height * width }, () => (random.uniform() < 0.6 ? 1 : 0));
    const inside = (x: number, y: number) =>
      x >= 0 && y >= 0 && x < width && y < height && bitmap[y * width + x] === 1;
    let area = 0;
    for (const contour of maskContours(encodeMask(bitmap, height, width))) {
      area += signedArea(contour);
      for (let i = 0; i < contour.length; i += 2) {
        const [x, y] = [contour[i], contour[i + 1]];
        expect(Number.isInteger(x)).not.toBe(Number.isInteger(y));
        const [before, after] = Number.isInteger(x)
          ? [inside(x - 1, Math.floor(y)), inside(x, Math.floor(y))]
          : [inside(Math.floor(x), y - 1), inside(Math.floor(x), y)];
        expect(before).not.toBe(after);
      }
    }
    // A corner of a pixel is cut off (or filled) by an eighth of a pixel where the outline turns right (or left).
    expect(area).toBeCloseTo(sumOfPixels(bitmap) - cornerBalance(inside, height, width) / 8, 5);
  }
});

function sumOfPixels(bitmap: Uint8Array): number {
  return bitmap.reduce((sum, value) => sum + value, 0);
}

/** Right turns minus left turns of all outlines: at each point between four pixels, by how many of them are inside. */
function cornerBalance(inside: (x: number, y: number) => boolean, height: number, width: number): number {
  let balance = 0;
  for (let y = 0; y <= height; y++) {
    for (let x = 0; x <= width; x++) {
      const [a, b, c, d] = [inside(x - 1, y - 1), inside(x, y - 1), inside(x - 1, y), inside(x, y)];
      const count = Number(a) + Number(b) + Number(c) + Number(d);
      if (count === 1) balance += 1;
      if (count === 3) balance -= 1;
      // Two that touch at the corner are connected there: two left turns.
      if (count === 2 && a === d) balance -= 2;
    }
  }
  return balance;
}
