import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  type ColorChange,
  changeColors,
  randomColorChanges,
} from '../../../src/datasets/images/color-jitter.js';
import { centerCropResize, randomCrop } from '../../../src/datasets/images/crop.js';
import { decodeCropResized } from '../../../src/datasets/images/crop-resize.js';
import { randomStream } from '../../../src/random.js';

interface Golden {
  readonly colors: {
    readonly height: number;
    readonly width: number;
    readonly pixels: string;
    readonly changes: readonly { kind: ColorChange[0]; factor: number; pixels: string }[];
  };
  readonly evaluation: readonly {
    height: number;
    width: number;
    resize: number;
    size: number;
    file: string;
    pixels: string;
  }[];
}

const file = path.join(import.meta.dirname, '..', '..', 'golden', 'augmentation.json');
const golden: Golden = JSON.parse(await readFile(file, 'utf8'));
const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

test.each(golden.colors.changes)("$kind by $factor is torchvision's", ({ kind, factor, pixels }) => {
  const { height, width } = golden.colors;
  const image = { height, width, data: bytes(golden.colors.pixels) };
  changeColors(image, [[kind, factor]]);
  expect(image.data).toEqual(bytes(pixels));
});

test.each(golden.evaluation)(
  '$height × $width: evaluation sees the $size pixels that torchvision sees, to a byte',
  async ({ file: encoded, pixels, ...input }) => {
    const image = await decodeCropResized(bytes(encoded), 'photo', (size) => centerCropResize(size, input));
    expect([image.height, image.width]).toEqual([input.size, input.size]);
    const expected = bytes(pixels);
    const differences = expected.map((value, i) => Math.abs(value - image.data[i]));
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
  },
);

test('crops have the share and the ratio that were drawn, anywhere in the image', () => {
  const settings = { scale: [0.2, 0.9], aspectRatio: [0.5, 2] } as {
    scale: [number, number];
    aspectRatio: [number, number];
  };
  const size = { height: 200, width: 300 };
  const crops = Array.from({ length: 2000 }, (_, i) =>
    randomCrop(size, settings, randomStream(1, 'test', i)),
  );
  const shares = crops.map(({ height, width }) => (height * width) / 60_000);
  const logRatios = crops.map(({ height, width }) => Math.log(width / height));
  for (const { top, left, height, width } of crops) {
    expect(Math.min(top, left)).toBeGreaterThanOrEqual(0);
    expect(top + height).toBeLessThanOrEqual(200);
    expect(left + width).toBeLessThanOrEqual(300);
  }
  expect(Math.min(...shares)).toBeGreaterThan(0.195);
  expect(Math.max(...shares)).toBeLessThan(0.905);
  expect(Math.max(...logRatios.map(Math.abs))).toBeLessThan(Math.log(2.05));
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  // Both ends of an axis are as near on average.
  expect(mean(crops.map(({ left, width }) => 300 - width - 2 * left))).toBeCloseTo(0, -1);
  expect(mean(crops.map(({ top, height }) => 200 - height - 2 * top))).toBeCloseTo(0, -1);
});

test('a crop of a very narrow image is the largest with an allowed ratio, in its middle', () => {
  const settings: { scale: [number, number]; aspectRatio: [number, number] } = {
    scale: [1, 1],
    aspectRatio: [0.75, 1.25],
  };
  const crop = (height: number, width: number) =>
    randomCrop({ height, width }, settings, randomStream(1, 'test', 0));
  expect(crop(400, 30)).toEqual({ width: 30, height: 40, left: 0, top: 180 });
  expect(crop(40, 400)).toEqual({ width: 50, height: 40, left: 175, top: 0 });
  // Allowed as it is, but what is drawn never fits.
  expect(crop(100, 100)).toMatchObject({ left: 0, top: 0 });
});

test('color changes are drawn evenly around 1, in every order', () => {
  const jitter = { brightness: 0.4, contrast: 0, saturation: 2 };
  const drawn = Array.from({ length: 1000 }, (_, i) =>
    randomColorChanges(jitter, randomStream(2, 'test', i)),
  );
  const factors = (kind: ColorChange[0]) =>
    drawn.flatMap((changes) => changes.filter(([name]) => name === kind).map(([, factor]) => factor));
  expect(factors('contrast')).toEqual([]);
  expect(Math.min(...factors('brightness'))).toBeGreaterThanOrEqual(0.6);
  expect(Math.max(...factors('brightness'))).toBeLessThanOrEqual(1.4);
  expect(factors('brightness').reduce((sum, factor) => sum + factor, 0) / 1000).toBeCloseTo(1, 1);
  expect(Math.min(...factors('saturation'))).toBeGreaterThanOrEqual(0);
  expect(Math.max(...factors('saturation'))).toBeGreaterThan(2.8);
  const first = drawn.filter(([[kind]]) => kind === 'brightness').length;
  expect(first).toBeGreaterThan(400);
  expect(first).toBeLessThan(600);
});
