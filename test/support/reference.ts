import { fileURLToPath } from 'node:url';
import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../src/engine/tf.js';
import type { Sampler } from '../../src/geometry/matching.js';
import { encodeMask, type RunLengthMask } from '../../src/geometry/run-length-mask.js';
import { hashText } from '../../src/random.js';
import { openSafetensors } from '../../src/weights/safetensors.js';

/** What the golden tests share with scripts/golden/reference.py: the same numbers from the same names. */

/** `count` numbers in [0, 1): a 32-bit hash of `name` and the position. */
export function uniform(name: string, count: number): Float64Array {
  const seed = hashText(name);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = (Math.imul(i, 0x9e3779b9) + seed) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    values[i] = ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
  }
  return values;
}

/** Float32 numbers between `low` and `high`. */
export function between(name: string, count: number, low: number, high: number): Float32Array {
  const values = new Float32Array(count);
  for (const [i, value] of uniform(name, count).entries()) values[i] = low + (high - low) * value;
  return values;
}

/** `between` as a tensor, given in PyTorch's `[N, C, H, W]` and returned as `[N, H, W, C]`. */
export function imagesBetween(name: string, [n, c, h, w]: number[], low: number, high: number): Tensor {
  return fromChannelsFirst(between(name, n * c * h * w, low, high), [n, c, h, w]);
}

/** `[N, C, H, W]` values as an `[N, H, W, C]` tensor. */
export function fromChannelsFirst(values: Float32Array, [n, c, h, w]: number[]): Tensor {
  return tf.tidy(() => tf.transpose(tf.tensor4d(values, [n, c, h, w]), [0, 2, 3, 1]));
}

/** The values of an `[N, H, W, C]` tensor in PyTorch's order. */
export function channelsFirst(x: Tensor): Float32Array {
  return tf.tidy(() => tf.transpose(x, [0, 3, 1, 2]).dataSync<'float32'>());
}

/** A picture with soft structure and some noise, as RGB bytes. */
export function image(name: string, height: number, width: number) {
  const noise = uniform(name, 3 * height * width);
  const phase = uniform(`${name}/phase`, 9).map((value) => value * 2 * Math.PI);
  const data = new Uint8Array(3 * height * width);
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value =
          127.5 +
          50 * Math.sin(x / (7 + 5 * c) + phase[3 * c]) +
          40 * Math.cos(y / (9 + 4 * c) + phase[3 * c + 1]) +
          30 * (noise[(c * height + y) * width + x] - 0.5);
        data[3 * (y * width + x) + c] = Math.min(Math.max(Math.floor(value), 0), 255);
      }
    }
  }
  return { height, width, data };
}

/** Mask of the ellipse in a box. */
export function ellipse(height: number, width: number, [x1, y1, x2, y2]: readonly number[]): RunLengthMask {
  const bitmap = Uint8Array.from({ length: height * width }, (_, i) => {
    const x = (i % width) + 0.5 - (x1 + x2) / 2;
    const y = Math.floor(i / width) + 0.5 - (y1 + y2) / 2;
    return (x / ((x2 - x1) / 2)) ** 2 + (y / ((y2 - y1) / 2)) ** 2 <= 1 ? 1 : 0;
  });
  return encodeMask(bitmap, height, width);
}

/** The first of the foreground, and background at even distances: what the golden scripts put in place of random choices. */
export const evenlySpacedSampler: Sampler = (matches, { batchSizePerImage, foregroundFraction }) => {
  const all = [...matches.keys()];
  const foreground = all
    .filter((i) => matches[i] >= 0)
    .slice(0, Math.floor(batchSizePerImage * foregroundFraction));
  const others = all.filter((i) => matches[i] === -1);
  const count = Math.min(batchSizePerImage - foreground.length, others.length);
  const step = count > 0 ? Math.floor(others.length / count) : 1;
  const background = others.filter((_, i) => i % step === 0).slice(0, count);
  return { foreground: Int32Array.from(foreground), background: Int32Array.from(background) };
};

/** A tensor of a golden file. */
export interface Golden {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Reads test/golden/`name`.safetensors. */
export async function readGolden(name: string): Promise<(tensor: string) => Golden> {
  const file = fileURLToPath(new URL(`../golden/${name}.safetensors`, import.meta.url));
  const source = await openSafetensors(file);
  const tensors = new Map<string, Golden>();
  for (const [tensor, { shape }] of source.tensors) {
    tensors.set(tensor, { shape, data: await source.read(tensor) });
  }
  await source.close();
  return (tensor) => {
    const golden = tensors.get(tensor);
    if (!golden) throw new Error(`${file} has no tensor ${tensor}`);
    return golden;
  };
}

/** The largest distance between corresponding numbers. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} numbers can't be compared with ${b.length}`);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}
