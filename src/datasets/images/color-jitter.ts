import { type RandomStream, randomChoice } from '../../random.js';
import type { RgbImage } from '../sample.js';
import { between } from './crop.js';

/** Greatest changes of an image's colors, as shares. */
export interface ColorJitter {
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
}

/** Changes of an image's colors, each with its factor: 1 changes nothing. */
export type ColorChange = readonly [kind: keyof ColorJitter, factor: number];

/**
 * Draws how the colors of an image change, as torchvision's ColorJitter: for each kind a factor from 1 − jitter (at
 * least 0) to 1 + jitter, in an order that is drawn, too.
 */
export function randomColorChanges(jitter: ColorJitter, random: RandomStream): ColorChange[] {
  const kinds = (['brightness', 'contrast', 'saturation'] as const).filter((kind) => jitter[kind] > 0);
  const changes = kinds.map((kind): ColorChange => {
    const amount = jitter[kind];
    return [kind, between(Math.max(0, 1 - amount), 1 + amount, random)];
  });
  const order = randomChoice(Int32Array.from(changes.keys()), changes.length, random);
  return Array.from(order, (i) => changes[i]);
}

/**
 * Changes an image's colors one after the other, in place. Each blends the image with another: black for brightness,
 * the mean gray for contrast, its own gray for saturation. Values are cut off and rounded down after each, in
 * float32, as in torchvision.
 */
export function changeColors({ data }: RgbImage, changes: readonly ColorChange[]): void {
  for (const [kind, factor] of changes) {
    switch (kind) {
      case 'brightness':
        blend(data, factor, () => 0);
        break;
      case 'contrast': {
        const mean = meanGray(data);
        blend(data, factor, () => mean);
        break;
      }
      case 'saturation':
        blend(data, factor, (pixel) => gray(data, pixel));
    }
  }
}

/** @param other what the pixel at an index is blended with */
function blend(data: Uint8Array, factor: number, other: (pixel: number) => number): void {
  const [own, others] = [Math.fround(factor), Math.fround(1 - factor)];
  for (let pixel = 0; pixel < data.length; pixel += 3) {
    const offset = Math.fround(others * other(pixel));
    for (let i = pixel; i < pixel + 3; i++) {
      const blended = Math.fround(Math.fround(own * data[i]) + offset);
      data[i] = Math.min(Math.max(Math.trunc(blended), 0), 255);
    }
  }
}

function meanGray(data: Uint8Array): number {
  let sum = 0;
  for (let pixel = 0; pixel < data.length; pixel += 3) sum += gray(data, pixel);
  return (3 * sum) / data.length;
}

const shares = [0.2989, 0.587, 0.114].map(Math.fround);

/** The brightness of a pixel (ITU-R 601), rounded down. */
function gray(data: Uint8Array, pixel: number): number {
  const [red, green, blue] = shares;
  const both = Math.fround(Math.fround(red * data[pixel]) + Math.fround(green * data[pixel + 1]));
  return Math.trunc(Math.fround(both + Math.fround(blue * data[pixel + 2])));
}
