import { describe, expect, it } from 'vitest';
import type { Box } from '../../src/geometry/boxes.js';
import type { ImageSize } from '../../src/geometry/image-size.js';
import { encodeMask, type RunLengthMask } from '../../src/geometry/run-length-mask.js';
import { maskTargets } from '../../src/heads/mask-targets.js';
import { type RandomStream, randomStream } from '../../src/random.js';

/** A mask at random, row by row: blocks and single pixels, now and then nothing or everything. */
function randomBitmap(random: RandomStream, { height, width }: ImageSize): Uint8Array {
  const kind = random.integer(8);
  if (kind < 2) return new Uint8Array(height * width).fill(kind);
  const block = 1 + random.integer(6);
  const density = random.uniform();
  const blocks = Array.from({ length: height * width }, () => Number(random.uniform() < density));
  return Uint8Array.from({ length: height * width }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return blocks[Math.floor(y / block) * width + Math.floor(x / block)];
  });
}

/** A box inside, across the border, outside, of no size, or as large as the image. */
function randomBox(random: RandomStream, { height, width }: ImageSize): Box {
  const [x, y] = [(random.uniform() * 1.4 - 0.3) * width, (random.uniform() * 1.4 - 0.3) * height];
  switch (random.integer(5)) {
    case 0:
      return [x, y, x, y];
    case 1:
      return [0, 0, width, height];
    case 2:
      return [x, y, x + 3 * random.uniform(), y + 3 * random.uniform()];
    default:
      return [x, y, x + width * random.uniform(), y + height * random.uniform()];
  }
}

/** Weights of the pixels of a mask for each bin, along one axis. */
function weightsOf(
  [start, end]: readonly [number, number],
  [inputSide, maskSide]: readonly [number, number],
  size: number,
): Map<number, number>[] {
  const length = Math.max(end - start, 1);
  const samples = Math.ceil(length / size);
  const ratio = Math.fround(maskSide / inputSide);
  return Array.from({ length: size }, (_, b) => {
    const weights = new Map<number, number>();
    const add = (pixel: number, weight: number): void => {
      const original = Math.min(Math.floor(Math.fround(pixel * ratio)), maskSide - 1);
      weights.set(original, (weights.get(original) ?? 0) + weight / samples);
    };
    for (let s = 0; s < samples; s++) {
      const position = start + (b + (s + 0.5) / samples) * (length / size);
      if (position < -1 || position > inputSide) continue;
      const clamped = Math.min(Math.max(position, 0), inputSide - 1);
      const low = Math.floor(clamped);
      add(low, 1 - (clamped - low));
      if (clamped > low) add(low + 1, clamped - low);
    }
    return new Map([...weights].sort(([a], [b]) => a - b));
  });
}

/** The target from the bitmap: for each bin a weighted mean along y of weighted means along x. */
function targetOfBitmap(
  bitmap: Uint8Array,
  mask: RunLengthMask,
  { box, input }: { readonly box: Box; readonly input: ImageSize },
  size: number,
): Float32Array {
  const columns = weightsOf([box[0], box[2]], [input.width, mask.width], size);
  const rows = weightsOf([box[1], box[3]], [input.height, mask.height], size);
  const means = rows.flatMap((ofRows) =>
    columns.map((ofColumns) => {
      let sum = 0;
      for (const [y, weightY] of ofRows) {
        let alongX = 0;
        for (const [x, weightX] of ofColumns) if (bitmap[y * mask.width + x]) alongX += weightX;
        sum += weightY * alongX;
      }
      return sum;
    }),
  );
  return Float32Array.from(means);
}

describe('maskTargets', () => {
  it('are those of the bitmaps, bit for bit', () => {
    let inside = 0;
    for (let round = 0; round < 400; round++) {
      const random = randomStream(1, 'mask targets', round);
      const side = () => 1 + random.integer(60);
      const size = [7, 14, 28][random.integer(3)];
      const image = { height: side(), width: side() };
      const input = { height: side(), width: side() };
      const bitmaps = [randomBitmap(random, image), randomBitmap(random, image)];
      const rois = bitmaps.map((bitmap) => ({
        box: randomBox(random, input),
        mask: encodeMask(bitmap, image.height, image.width),
        input,
      }));
      const expected = rois.flatMap((roi, i) => [...targetOfBitmap(bitmaps[i], roi.mask, roi, size)]);
      const targets = maskTargets(rois, size);
      expect([...targets]).toEqual(expected);
      inside += targets.filter((value) => value > 0 && value < 1).length;
    }
    // Contours go through many of the bins.
    expect(inside).toBeGreaterThan(10_000);
  });

  it('are 0 where the mask is empty, and 1 where it is full', () => {
    const [height, width] = [30, 40];
    const input = { height: 60, width: 80 };
    const rois = [0, 1].map((value) => ({
      box: [10, 10, 50, 40] as const,
      mask: encodeMask(new Uint8Array(height * width).fill(value), height, width),
      input,
    }));
    const targets = maskTargets(rois, 28);
    expect(new Set(targets.subarray(0, 784))).toEqual(new Set([0]));
    for (const value of targets.subarray(784)) expect(value).toBeCloseTo(1, 6);
  });
});
