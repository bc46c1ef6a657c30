import { encode } from 'fast-png';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { vocColorMap } from '../../../src/datasets/voc/color-map.js';
import { decodeIndexImage } from '../../../src/datasets/voc/index-image.js';

const [width, height] = [7, 5];
const indices = Uint8Array.from({ length: width * height }, (_, i) => (i * 3) % 16);

describe('vocColorMap', () => {
  it("has VOC's published colors", () => {
    expect([0, 1, 2, 15, 20, 255].map((index) => vocColorMap[index])).toEqual([
      [0, 0, 0],
      [128, 0, 0],
      [0, 128, 0],
      [192, 128, 128],
      [0, 64, 128],
      [224, 224, 192],
    ]);
  });
});

describe('decodeIndexImage', () => {
  it('reads the indices of a palette whatever its colors', () => {
    const palette = Array.from({ length: 16 }, () => [9, 9, 9]);
    const png = encode({ width, height, data: indices, channels: 1, depth: 8, palette });
    expect(decodeIndexImage(png)).toEqual({ width, height, indices });
  });

  it.each([1, 2, 4] as const)('reads palettes of %i bits a pixel', (depth) => {
    const small = indices.map((index) => index % 2 ** depth);
    const rowBytes = Math.ceil((width * depth) / 8);
    const packed = new Uint8Array(rowBytes * height);
    for (const [i, index] of small.entries()) {
      const bit = (i % width) * depth;
      packed[Math.floor(i / width) * rowBytes + (bit >> 3)] |= index << (8 - depth - (bit & 7));
    }
    const palette = Array.from({ length: 2 ** depth }, (_, i) => [...vocColorMap[i]]);
    const png = encode({ width, height, data: packed, channels: 1, depth, palette });
    expect(decodeIndexImage(png).indices).toEqual(small);
  });

  it('takes gray values as indices', async () => {
    const png = encode({ width, height, data: indices, channels: 1, depth: 8 });
    expect(decodeIndexImage(png).indices).toEqual(indices);
  });

  it.each([3, 4] as const)("maps VOC's colors in %i channels back", async (channels) => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const data = Uint8Array.from([...all].flatMap((i) => [...vocColorMap[i], 200].slice(0, channels)));
    const png = await sharp(data, { raw: { width: 16, height: 16, channels } })
      .png()
      .toBuffer();
    expect(decodeIndexImage(png).indices).toEqual(all);
  });

  it('says which color is unknown and where', () => {
    const data = new Uint8Array(width * height * 3);
    data.set([1, 2, 3], (2 * width + 4) * 3);
    const png = encode({ width, height, data, channels: 3, depth: 8 });
    expect(() => decodeIndexImage(png)).toThrow('the color (1, 2, 3) at x 4, y 2');
  });

  it('refuses 16 bits, gray with transparency, cut-off and damaged files', () => {
    const wide = encode({ width, height, data: new Uint16Array(width * height), channels: 1, depth: 16 });
    expect(() => decodeIndexImage(wide)).toThrow('16 bits');
    const grayAlpha = encode({ width, height, data: new Uint8Array(width * height * 2), channels: 2 });
    expect(() => decodeIndexImage(grayAlpha)).toThrow('gray with transparency');
    const png = encode({ width, height, data: indices, channels: 1, depth: 8 });
    for (const length of [10, 40, png.length - 40, png.length - 13, png.length - 2]) {
      expect(() => decodeIndexImage(png.slice(0, length))).toThrow('cut off');
    }
    const damaged = png.slice();
    damaged[png.length - 20] ^= 4;
    expect(() => decodeIndexImage(damaged)).toThrow(/CRC|damaged/);
  });
});
