import { describe, expect, it } from 'vitest';
import { flipSample } from '../../../src/datasets/images/flip.js';
import type { Sample } from '../../../src/datasets/sample.js';
import { encodeMask, maskExtent } from '../../../src/geometry/run-length-mask.js';

const mask = encodeMask(Uint8Array.of(1, 1, 0, 0, 1, 0), 2, 3);
const instance = { box: maskExtent(mask), label: 3, mask, difficult: true, crowd: false };
const data = Uint8Array.from({ length: 18 }, (_, i) => i);
const sample: Sample = {
  id: 'a',
  imageId: 'a',
  image: { width: 3, height: 2, data },
  instances: [instance],
  ignored: [instance],
};

describe('flipSample', () => {
  it('mirrors image, masks and boxes', () => {
    const flipped = flipSample(sample);
    expect([...flipped.image.data]).toEqual([6, 7, 8, 3, 4, 5, 0, 1, 2, 15, 16, 17, 12, 13, 14, 9, 10, 11]);
    const mirrored = encodeMask(Uint8Array.of(0, 1, 1, 0, 1, 0), 2, 3);
    const expected = { ...instance, box: [1, 0, 3, 2], mask: mirrored };
    expect(flipped.instances).toEqual([expected]);
    expect(flipped.ignored).toEqual([expected]);
    expect(maskExtent(mirrored)).toEqual(expected.box);
  });

  it('leaves the sample as it is, and is its own inverse', () => {
    const before = structuredClone(sample);
    const twice = flipSample(flipSample(sample));
    expect(sample).toEqual(before);
    expect(twice).toEqual(sample);
  });
});
