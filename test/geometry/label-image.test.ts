import { describe, expect, it } from 'vitest';
import { encodeLabelImage } from '../../src/geometry/label-image.js';
import { encodeMask } from '../../src/geometry/run-length-mask.js';
import { randomStream } from '../../src/random.js';

describe('encodeLabelImage', () => {
  it('encodes every label as encodeMask does one by one', () => {
    for (let image = 0; image < 50; image++) {
      const random = randomStream(1, 'label image', image);
      const [height, width] = [1 + random.integer(9), 1 + random.integer(9)];
      const values = [0, 1, 2, 7, 255].slice(0, 1 + random.integer(5));
      const labels = Uint8Array.from({ length: height * width }, () => values[random.integer(values.length)]);
      const masks = encodeLabelImage(labels, height, width);
      const present = [...new Set(labels)].filter((label) => label !== 0).sort((a, b) => a - b);
      expect([...masks.keys()]).toEqual(present);
      for (const [label, mask] of masks) {
        const bitmap = labels.map((value) => (value === label ? 1 : 0));
        expect(mask).toEqual(encodeMask(bitmap, height, width));
      }
    }
  });

  it('gives a label that fills the image an empty first run', () => {
    expect([...encodeLabelImage(new Uint8Array(6).fill(3), 2, 3)]).toEqual([
      [3, { height: 2, width: 3, counts: Uint32Array.of(0, 6) }],
    ]);
  });

  it('refuses a wrong number of pixels', () => {
    expect(() => encodeLabelImage(new Uint8Array(5), 2, 3)).toThrow('needs 6 bytes, not 5');
  });
});
