import type { Canvas } from '@napi-rs/canvas';
import { expect, test } from 'vitest';
import { legibleScale } from '../../src/drawing/draw-objects.js';
import { contactSheet, type Panel, sideBySide } from '../../src/drawing/panels.js';

/** A panel of one color, which no text has. */
function panel(width: number, height: number, red: number, caption = ''): Panel {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i % 3 === 0 ? red : 200));
  return { image: { width, height, data }, objects: [], caption };
}

/** The smallest rectangle that holds every pixel of a panel: [x1, y1, x2, y2], and how many there are. */
function extent(canvas: Canvas, red: number): { box: number[]; count: number } {
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  const box = [width, height, 0, 0];
  let count = 0;
  for (let p = 0; p < width * height; p++) {
    if (data[4 * p] !== red || data[4 * p + 1] !== 200 || data[4 * p + 2] !== 200) continue;
    const x = p % width;
    const y = (p - x) / width;
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x + 1);
    box[3] = Math.max(box[3], y + 1);
    count++;
  }
  return { box, count };
}

test('small images are enlarged by whole numbers, large ones reduced', () => {
  expect(legibleScale({ width: 120, height: 90 })).toBe(4);
  expect(legibleScale({ width: 200, height: 256 })).toBe(2);
  expect(legibleScale({ width: 500, height: 375 })).toBe(1);
  expect(legibleScale({ width: 4000, height: 3000 })).toBe(0.4);
});

test('two pictures side by side have the same size and height on the sheet', () => {
  const canvas = sideBySide([panel(500, 375, 10, 'truth'), panel(500, 375, 20, 'prediction')], '2008_000123');
  const left = extent(canvas, 10);
  const right = extent(canvas, 20);
  expect(left.count).toBe(500 * 375);
  expect(right.count).toBe(500 * 375);
  expect(right.box[1]).toBe(left.box[1]);
  expect(right.box[0]).toBeGreaterThan(left.box[2]);
  expect(canvas.width).toBeGreaterThan(right.box[2]);
});

test('a small picture is enlarged', () => {
  const { box } = extent(sideBySide([panel(120, 90, 30)], ''), 30);
  expect([box[2] - box[0], box[3] - box[1]]).toEqual([480, 360]);
});

test('the rows of a contact sheet fill its width without overlap, whatever the shapes', () => {
  const shapes = [
    [500, 375],
    [375, 500],
    [120, 120],
    [1000, 250],
    [500, 333],
    [90, 400],
    [640, 480],
  ];
  const canvas = contactSheet(
    shapes.map(([width, height], i) => panel(width, height, 10 * (i + 1), `image ${i}`)),
  );
  const found = shapes.map((_, i) => extent(canvas, 10 * (i + 1)));
  for (const [i, { box, count }] of found.entries()) {
    const [width, height] = [box[2] - box[0], box[3] - box[1]];
    // Nothing covers it and its shape is kept.
    expect(count).toBe(width * height);
    expect(Math.abs(width - (height * shapes[i][0]) / shapes[i][1])).toBeLessThanOrEqual(1);
    expect(height).toBeLessThanOrEqual(390);
    expect(box[0]).toBeGreaterThanOrEqual(16);
    expect(box[2]).toBeLessThanOrEqual(canvas.width - 16);
    expect(box[3]).toBeLessThanOrEqual(canvas.height - 16);
  }
  expect(canvas.width).toBeGreaterThan(1620);
  expect(canvas.width).toBeLessThan(1650);
});

test('a caption that is too long for its picture is cut off', () => {
  const captioned = contactSheet([
    panel(100, 400, 10, 'a very long caption that leaves the sheet'),
    panel(400, 400, 20),
  ]);
  const { box } = extent(captioned, 10);
  const { data } = captioned
    .getContext('2d')
    .getImageData(box[2] + 1, box[3], captioned.width - box[2] - 1, captioned.height - box[3]);
  expect(data.every((value) => value === 255)).toBe(true);
});
