import { expect, test } from 'vitest';
import { resizeSample } from '../../../src/datasets/images/resize-sample.js';
import type { Sample } from '../../../src/datasets/sample.js';
import { decodeMask, encodeMask } from '../../../src/geometry/run-length-mask.js';

/** 3 × 4 pixels: 0, 20, 40 … in red, and an object of every third pixel. */
const sample: Sample = {
  id: 'sample',
  imageId: 'sample',
  image: {
    height: 3,
    width: 4,
    data: Uint8Array.from({ length: 36 }, (_, i) => (i % 3 === 0 ? (20 * i) / 3 : 7)),
  },
  instances: [
    {
      box: [1, 1, 3, 2],
      label: 2,
      mask: encodeMask(
        Uint8Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? 1 : 0)),
        3,
        4,
      ),
      difficult: true,
      crowd: false,
    },
  ],
  ignored: [],
};

const red = ({ image }: Sample): number[] => [...image.data].filter((_, i) => i % 3 === 0);

test('an enlarged sample is what torch.nn.functional.interpolate gives', () => {
  const resized = resizeSample(sample, { height: 5, width: 7 });
  expect(red(resized)).toEqual(
    [
      [0, 7, 19, 30, 41, 53, 60],
      [32, 39, 51, 62, 73, 85, 92],
      [80, 87, 99, 110, 121, 133, 140],
      [128, 135, 147, 158, 169, 181, 188],
      [160, 167, 179, 190, 201, 213, 220],
    ].flat(),
  );
  const [instance] = resized.instances;
  expect([...decodeMask(instance.mask)]).toEqual(
    [
      [1, 1, 0, 0, 0, 0, 1],
      [1, 1, 0, 0, 0, 0, 1],
      [0, 0, 0, 0, 1, 1, 0],
      [0, 0, 0, 0, 1, 1, 0],
      [0, 0, 1, 1, 0, 0, 0],
    ].flat(),
  );
  expect(instance.box).toEqual([7 / 4, 5 / 3, (3 * 7) / 4, (2 * 5) / 3]);
  expect([instance.label, instance.difficult, resized.image.width, resized.image.height]).toEqual([
    2,
    true,
    7,
    5,
  ]);
});

test('a reduced one too: without antialiasing', () => {
  expect(red(resizeSample(sample, { height: 2, width: 2 }))).toEqual([30, 70, 150, 190]);
});

test('the other channels stay apart, and the same size changes nothing', () => {
  const { image, instances } = resizeSample(sample, { height: 3, width: 4 });
  expect(image).toEqual(sample.image);
  expect(instances).toEqual(sample.instances);
});
