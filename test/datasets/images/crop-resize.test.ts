import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cropResize, decodeCropResized } from '../../../src/datasets/images/crop-resize.js';
import { asSeen, decodeRgb } from '../../../src/datasets/images/decode-rgb.js';

const [width, height] = [24, 16];
const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7 + (i >> 4)) % 256);
const png = () => sharp(pixels, { raw: { width, height, channels: 3 } }).png();

/** The pixels of a rectangle, taken one by one. */
function rectangle(
  data: Uint8Array,
  row: number,
  left: number,
  top: number,
  columns: number,
  rows: number,
): number[] {
  return Array.from({ length: rows * columns * 3 }, (_, i) => {
    const [y, x, channel] = [Math.floor(i / (3 * columns)), Math.floor(i / 3) % columns, i % 3];
    return data[3 * ((top + y) * row + left + x) + channel];
  });
}

describe('decodeCropResized', () => {
  it('takes the region as it is where it is to have its own size', async () => {
    const region = { left: 5, top: 3, width: 8, height: 7 };
    const image = await decodeCropResized(await png().toBuffer(), 'photo', (size) => {
      expect(size).toMatchObject({ width, height });
      return { region, scaled: { width: 8, height: 7 } };
    });
    expect([...image.data]).toEqual(rectangle(pixels, width, 5, 3, 8, 7));
  });

  it('takes the crop from what is scaled, enlarged or reduced or both', async () => {
    for (const scaled of [
      { width: 12, height: 8 },
      { width: 48, height: 32 },
      { width: 30, height: 8 },
    ]) {
      const encoded = await png().toBuffer();
      const whole = await decodeCropResized(encoded, 'photo', () => ({ scaled }));
      expect(whole).toMatchObject(scaled);
      const crop = { left: 3, top: 1, width: 7, height: 6 };
      const part = await decodeCropResized(encoded, 'photo', () => ({ scaled, crop }));
      expect([...part.data]).toEqual(rectangle(whole.data, scaled.width, 3, 1, 7, 6));
    }
  });

  it('sees an image upright, and pixels in memory as they are', async () => {
    const turned = await png().withMetadata({ orientation: 6 }).toBuffer();
    const upright = await decodeRgb(turned, 'photo', asSeen);
    const view = { region: { left: 2, top: 9, width: 10, height: 11 }, scaled: { width: 10, height: 11 } };
    const seen = await decodeCropResized(turned, 'photo', (size) => {
      expect(size).toMatchObject({ width: height, height: width });
      return view;
    });
    expect([...seen.data]).toEqual(rectangle(upright.data, height, 2, 9, 10, 11));
    expect(await cropResize(upright, view)).toEqual(seen);
  });

  it('drops transparency before it scales', async () => {
    const rgba = Uint8Array.from({ length: width * height * 4 }, (_, i) =>
      i % 4 === 3 ? 0 : pixels[Math.floor(i / 4) * 3 + (i % 4)],
    );
    const transparent = await sharp(rgba, { raw: { width, height, channels: 4 } })
      .png()
      .toBuffer();
    const choose = () => ({ scaled: { width: 9, height: 8 } });
    const opaque = await decodeCropResized(await png().toBuffer(), 'photo', choose);
    expect(await decodeCropResized(transparent, 'photo', choose)).toEqual(opaque);
  });

  it('says what is wrong with a file', async () => {
    const choose = () => ({ scaled: { width: 9, height: 8 } });
    const broken = decodeCropResized(Buffer.from('text'), 'notes.jpg', choose);
    await expect(broken).rejects.toThrow('notes.jpg is not a readable image (it is none of JPEG, PNG');
  });
});
