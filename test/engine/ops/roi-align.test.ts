import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { execute, int } from '../../../src/engine/kernels.js';
import {
  type CropSource,
  cropSource,
  type FeatureRois,
  roiCrop,
  withBorder,
} from '../../../src/engine/ops/roi-align.js';
import type { Tape } from '../../../src/engine/tape.js';
import { tf } from '../../../src/engine/tf.js';
import { useReferenceGradients } from '../../support/engine.js';
import { expectGradients, type Operation, random, tapeGradients } from '../../support/gradients.js';

beforeAll(useReferenceGradients);

/** RoIAlign as its definition reads: two samples a bin and direction, clamped up to a pixel outside, zero beyond. */
function reference(
  map: Float32Array,
  height: number,
  width: number,
  [x1, y1, x2, y2]: readonly number[],
  size: number,
): number[] {
  const sample = (y: number, x: number): number => {
    if (y < -1 || y > height || x < -1 || x > width) return 0;
    const cy = Math.min(Math.max(y, 0), height - 1);
    const cx = Math.min(Math.max(x, 0), width - 1);
    const [top, left] = [Math.floor(cy), Math.floor(cx)];
    const [bottom, right] = [Math.min(top + 1, height - 1), Math.min(left + 1, width - 1)];
    const [fy, fx] = [cy - top, cx - left];
    return (
      (1 - fy) * ((1 - fx) * map[top * width + left] + fx * map[top * width + right]) +
      fy * ((1 - fx) * map[bottom * width + left] + fx * map[bottom * width + right])
    );
  };
  const result: number[] = [];
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let sum = 0;
      for (const a of [0.25, 0.75]) {
        for (const b of [0.25, 0.75]) {
          sum += sample(y1 + ((i + a) * (y2 - y1)) / size, x1 + ((j + b) * (x2 - x1)) / size);
        }
      }
      result.push(sum / 4);
    }
  }
  return result;
}

const inside = [1.3, 0.7, 6.1, 5.2];
const overEachBorder = [
  -2.5, 2, 3, 4, 2, -2.5, 4, 3, 6, 2, 11.5, 4, 2, 4, 4, 9.5, -3, -3, 12, 10, 20, 20, 24, 24,
];

/** How a map is got ready for our own kernels, and for TensorFlow's. */
const sources: Record<string, (tape: Tape | undefined, map: Tensor) => CropSource> = {
  'our own kernels': cropSource,
  "TensorFlow's kernels": (tape, map) => ({ map: withBorder(tape, map), bordered: true }),
};

it('takes our own kernels', () => {
  expect(cropSource(undefined, tf.zeros([1, 2, 2, 1])).bordered).toBe(false);
});

describe.each(Object.keys(sources))('roiCrop by %s', (kernels) => {
  /** Both operations, one after the other. */
  const pool = (tape: Tape | undefined, map: Tensor, rois: FeatureRois, size: number): Tensor =>
    roiCrop(tape, sources[kernels](tape, map), rois, size);

  it('gives the numbers of RoIAlign, inside and over every border', () => {
    const map = random([1, 7, 9, 1], 1);
    const boxes = Float32Array.from([...inside, ...overEachBorder]);
    const count = boxes.length / 4;
    const y = pool(undefined, map, { boxes, images: new Int32Array(count) }, 4);
    expect(y.shape).toEqual([count, 4, 4, 1]);
    const values = y.dataSync();
    const pixels = Float32Array.from(map.dataSync());
    for (let r = 0; r < count; r++) {
      const expected = reference(pixels, 7, 9, [...boxes.subarray(4 * r, 4 * r + 4)], 4);
      for (let i = 0; i < 16; i++) expect(values[16 * r + i]).toBeCloseTo(expected[i], 4);
    }
  });

  it('reads each RoI from its own image', () => {
    const maps = tf.concat([tf.zeros([1, 6, 6, 2]), tf.ones([1, 6, 6, 2])], 0);
    const rois = { boxes: Float32Array.from([1, 1, 4, 4, 1, 1, 4, 4]), images: Int32Array.of(1, 0) };
    const y = pool(undefined, maps, rois, 2);
    expect([...y.dataSync()]).toEqual([...Array(8).fill(1), ...Array(8).fill(0)]);
  });

  it('adds up the gradients of many overlapping RoIs, the same sum each time', () => {
    const count = 100;
    const boxes = Float32Array.from({ length: 4 * count }, (_, i) => (i % 4 < 2 ? 2 : 50) + (i % 7));
    const rois = { boxes, images: new Int32Array(count) };
    const map = random([1, 64, 64, 32], 1);
    const weights = random([count, 7, 7, 32], 2);
    const gradient = (): Float32Array =>
      tf.tidy(() => {
        const operation: Operation = (tape, [x]) => pool(tape, x, rois, 7);
        return tapeGradients(operation, [map], weights)[0].dataSync<'float32'>();
      });
    const bytes = ({ buffer }: Float32Array): Uint8Array => new Uint8Array(buffer);
    const first = gradient();
    for (let i = 0; i < 4; i++) expect(Buffer.compare(bytes(gradient()), bytes(first))).toBe(0);
    // Each RoI hands the whole of its gradient on.
    const total = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0);
    expect(total(first)).toBeCloseTo(total(weights.dataSync<'float32'>()), 1);
  });

  it('has as many channels as the map', () => {
    const boxes = Float32Array.from([...inside, ...overEachBorder]);
    const images = new Int32Array(boxes.length / 4);
    const map = random([1, 7, 9, 150], 1);
    const y = pool(undefined, map, { boxes, images }, 2).dataSync();
    for (const channel of [0, 63, 64, 149]) {
      const plane = tf.slice(map, [0, 0, 0, channel], [1, 7, 9, 1]);
      const alone = pool(undefined, plane, { boxes, images }, 2).dataSync();
      for (const [i, value] of alone.entries()) expect(y[150 * i + channel]).toBeCloseTo(value, 5);
    }
  });

  it('sends gradients to the samples', () => {
    const boxes = Float32Array.from([...inside, ...overEachBorder]);
    const images = Int32Array.from({ length: boxes.length / 4 }, (_, i) => i % 2);
    for (const channels of [3, 70]) {
      expectGradients((tape, [x]) => pool(tape, x, { boxes, images }, 3), [random([2, 7, 9, channels], 1)]);
    }
  });
});

describe('AttoRoiAlign', () => {
  const run = (map: Tensor, roi: readonly number[]): Tensor =>
    execute('AttoRoiAlign', { size: int(2) }, [map, tf.tensor2d([...roi], [1, roi.length])]);

  it('gives zero where a RoI is no number', () => {
    expect([...run(tf.ones([1, 4, 4, 1]), [0, Number.NaN, 0, 2, 2]).dataSync()]).toEqual([0, 0, 0, 0]);
  });
});
