import { expect, test } from 'vitest';
import { placeLabels } from '../../src/drawing/label-placement.js';
import type { Box } from '../../src/geometry/boxes.js';
import { randomStream } from '../../src/random.js';

const picture = { height: 300, width: 400 };
const size = { height: 16, width: 60 };

function overlap(a: Box, b: Box): boolean {
  return Math.min(a[2], b[2]) > Math.max(a[0], b[0]) && Math.min(a[3], b[3]) > Math.max(a[1], b[1]);
}

test('a label stands on the upper left corner of its box', () => {
  expect(placeLabels([{ box: [100, 100, 250, 200], size }], picture)).toEqual([[100, 84, 160, 100]]);
});

test('a label goes inside the box where there is no room above', () => {
  expect(placeLabels([{ box: [100, 5, 250, 200], size }], picture)).toEqual([[100, 5, 160, 21]]);
});

test('labels of boxes at the edges stay inside the picture', () => {
  const boxes: Box[] = [
    [0, 0, 10, 10],
    [390, 0, 400, 10],
    [0, 290, 10, 300],
    [390, 290, 400, 300],
    [0, 0, 400, 300],
  ];
  const places = placeLabels(
    boxes.map((box) => ({ box, size })),
    picture,
  );
  for (const [x1, y1, x2, y2] of places) {
    expect([x2 - x1, y2 - y1]).toEqual([60, 16]);
    expect(Math.min(x1, y1, 400 - x2, 300 - y2)).toBeGreaterThanOrEqual(0);
  }
});

test('labels of boxes in the same place do not cover each other', () => {
  const boxes: Box[] = Array.from({ length: 6 }, (_, i) => [100 + i, 100 + i, 220 + i, 200 + i]);
  const places = placeLabels(
    boxes.map((box) => ({ box, size })),
    picture,
  );
  for (let i = 0; i < places.length; i++) {
    for (let j = 0; j < i; j++) expect(overlap(places[i], places[j])).toBe(false);
  }
});

test('a label leaves a small object nearby visible', () => {
  const small: Box = [110, 80, 130, 96];
  const [place] = placeLabels(
    [
      { box: [100, 100, 250, 200], size },
      { box: small, size },
    ],
    picture,
  );
  expect(overlap(place, small)).toBe(false);
});

test('labels of random boxes stay inside and keep their order', () => {
  const random = randomStream(3, 'labels');
  const requests = Array.from({ length: 60 }, () => {
    const x = random.uniform() * 390;
    const y = random.uniform() * 290;
    const box: Box = [x, y, x + 1 + random.uniform() * (399 - x), y + 1 + random.uniform() * (299 - y)];
    return { box, size: { height: 12, width: 20 + random.integer(60) } };
  });
  const places = placeLabels(requests, picture);
  for (const [i, [x1, y1, x2, y2]] of places.entries()) {
    expect(x2 - x1).toBeCloseTo(requests[i].size.width, 6);
    expect(Math.min(x1, y1, 400 - x2, 300 - y2)).toBeGreaterThanOrEqual(-1e-9);
  }
});
