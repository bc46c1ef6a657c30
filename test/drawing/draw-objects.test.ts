import type { Canvas } from '@napi-rs/canvas';
import { rgb } from 'culori';
import { expect, test } from 'vitest';
import type { RgbImage } from '../../src/datasets/sample.js';
import { instanceColor } from '../../src/drawing/colors.js';
import { type DrawnObject, drawObjects } from '../../src/drawing/draw-objects.js';
import type { Box } from '../../src/geometry/boxes.js';
import { encodeMask } from '../../src/geometry/run-length-mask.js';

const gray = 100;

function flatImage(width: number, height: number): RgbImage {
  return { width, height, data: new Uint8Array(width * height * 3).fill(gray) };
}

/** An object whose mask is the rectangle `box` of the image. */
function rectangle(image: RgbImage, box: Box, color: string, name = 'cat'): DrawnObject {
  const bitmap = new Uint8Array(image.width * image.height);
  for (let y = box[1]; y < box[3]; y++) bitmap.fill(1, y * image.width + box[0], y * image.width + box[2]);
  return { box, mask: encodeMask(bitmap, image.height, image.width), name, color };
}

function pixel(canvas: Canvas, x: number, y: number): number[] {
  return [...canvas.getContext('2d').getImageData(x, y, 1, 1).data.slice(0, 3)];
}

function bytesOf(color: string): number[] {
  const { r, g, b } = rgb(color) ?? { r: 0, g: 0, b: 0 };
  return [r, g, b].map((value) => Math.round(value * 255));
}

/** The color over the gray image, as a mask's fill shows it. */
function blend(color: string, below: readonly number[] = [gray, gray, gray]): number[] {
  return bytesOf(color).map((value, channel) => 0.42 * value + 0.58 * below[channel]);
}

function expectColor(actual: readonly number[], expected: readonly number[], tolerance = 2): void {
  for (const [channel, value] of actual.entries()) {
    expect(Math.abs(value - expected[channel]), `${actual} is not ${expected}`).toBeLessThanOrEqual(
      tolerance,
    );
  }
}

const image = flatImage(200, 160);
const color = instanceColor(0);

test('a picture without objects is the image, pixel by pixel', () => {
  const noise: RgbImage = {
    width: 7,
    height: 5,
    data: Uint8Array.from({ length: 105 }, (_, i) => (i * 37) % 256),
  };
  const canvas = drawObjects(noise, []);
  expect([canvas.width, canvas.height]).toEqual([7, 5]);
  for (let y = 0; y < 5; y++) {
    for (let x = 0; x < 7; x++) {
      const i = 3 * (y * 7 + x);
      expect(pixel(canvas, x, y)).toEqual([...noise.data.slice(i, i + 3)]);
    }
  }
});

test('the fill blends inside the mask only', () => {
  const canvas = drawObjects(image, [rectangle(image, [60, 60, 120, 120], color)]);
  expectColor(pixel(canvas, 90, 90), blend(color));
  expectColor(pixel(canvas, 63, 116), blend(color));
  for (const [x, y] of [
    [57, 90],
    [123, 90],
    [90, 123],
    [10, 10],
    [199, 159],
  ]) {
    expect(pixel(canvas, x, y)).toEqual([gray, gray, gray]);
  }
});

test('a hole in the mask shows the image', () => {
  const object = rectangle(image, [60, 60, 120, 120], color);
  const bitmap = new Uint8Array(200 * 160);
  for (let y = 60; y < 120; y++) bitmap.fill(1, y * 200 + 60, y * 200 + 120);
  for (let y = 80; y < 100; y++) bitmap.fill(0, y * 200 + 80, y * 200 + 100);
  const canvas = drawObjects(image, [{ ...object, mask: encodeMask(bitmap, 160, 200) }]);
  expect(pixel(canvas, 90, 90)).toEqual([gray, gray, gray]);
  expectColor(pixel(canvas, 70, 90), blend(color));
});

test('the outline lies on the boundary of the mask', () => {
  // The box is somewhere else, so that what is seen at the mask's edge is its outline.
  const object = { ...rectangle(image, [60, 60, 120, 120], color), box: [20, 130, 40, 150] as const };
  const canvas = drawObjects(image, [object], { scale: 4 });
  expectColor(pixel(canvas, 4 * 60, 4 * 90), bytesOf(color));
  expectColor(pixel(canvas, 4 * 120, 4 * 90), bytesOf(color));
  expectColor(pixel(canvas, 4 * 90, 4 * 60), bytesOf(color));
  expectColor(pixel(canvas, 4 * 60 - 6, 4 * 90), [gray, gray, gray]);
  expectColor(pixel(canvas, 4 * 60 + 6, 4 * 90), blend(color));
});

test('a small object is drawn over a large one, in whichever order they come', () => {
  const large = rectangle(image, [20, 20, 180, 140], color);
  const small = rectangle(image, [80, 80, 110, 110], instanceColor(1));
  for (const objects of [
    [large, small],
    [small, large],
  ]) {
    const canvas = drawObjects(image, objects);
    expectColor(pixel(canvas, 95, 95), blend(instanceColor(1), blend(color)), 3);
  }
});

test('the box is drawn, whole even at the edge of the image', () => {
  const object = { ...rectangle(image, [90, 90, 100, 100], color), box: [0, 0, 200, 160] as const };
  const canvas = drawObjects(image, [object], { scale: 4 });
  for (const [x, y] of [
    [0, 500],
    [799, 500],
    [400, 639],
  ]) {
    expectColor(pixel(canvas, x, y), bytesOf(color));
  }
});

test('the label is on top of the box and readable: black on the color of the instance', () => {
  const canvas = drawObjects(image, [{ ...rectangle(image, [60, 60, 120, 120], color), score: 0.97 }], {
    scale: 4,
  });
  const { data } = canvas.getContext('2d').getImageData(240, 190, 160, 48);
  let chip = 0;
  let black = 0;
  for (let i = 0; i < data.length; i += 4) {
    const is = ([r, g, b]: readonly number[]) => data[i] === r && data[i + 1] === g && data[i + 2] === b;
    if (is(bytesOf(color))) chip++;
    if (is([0, 0, 0])) black++;
  }
  expect(chip).toBeGreaterThan(1000);
  expect(black).toBeGreaterThan(100);
});

test('lines and labels grow with the picture', () => {
  const outline = (scale: number): number => {
    const canvas = drawObjects(
      image,
      [{ ...rectangle(image, [60, 60, 120, 120], color), box: [1, 1, 9, 9] as const }],
      { scale },
    );
    let pixels = 0;
    for (let x = 0; x < 90 * scale; x++) {
      const [r, g, b] = pixel(canvas, x, 90 * scale);
      const [wantedR, wantedG, wantedB] = bytesOf(color);
      if (Math.abs(r - wantedR) + Math.abs(g - wantedG) + Math.abs(b - wantedB) < 6) pixels++;
    }
    return pixels;
  };
  expect(outline(4)).toBeLessThanOrEqual(4);
  expect(outline(16)).toBeGreaterThanOrEqual(8);
});

test('a name longer than the picture is shrunk to fit in', () => {
  const tiny = flatImage(60, 40);
  const canvas = drawObjects(tiny, [rectangle(tiny, [10, 20, 30, 35], color, 'a very long name of a class')]);
  const row = canvas.getContext('2d').getImageData(0, 18, 60, 1).data;
  const chip = bytesOf(color);
  const at = (x: number) => [...row.slice(4 * x, 4 * x + 3)];
  expectColor(at(1), chip, 30);
  expectColor(at(58), chip, 30);
});

test('reducing an image averages its pixels', () => {
  const checks: RgbImage = {
    width: 64,
    height: 64,
    data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => {
      const p = Math.floor(i / 3);
      return (p + Math.floor(p / 64)) % 2 === 0 ? 0 : 200;
    }),
  };
  expectColor(pixel(drawObjects(checks, [], { scale: 0.25 }), 8, 8), [100, 100, 100], 6);
});
