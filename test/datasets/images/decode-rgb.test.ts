import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { asSeen, asStored, decodeOriented, decodeRgb } from '../../../src/datasets/images/decode-rgb.js';
import { UserError } from '../../../src/errors.js';

const [width, height] = [16, 8];
const gradient = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7) % 256);

function picture(data = gradient, channels: 1 | 2 | 3 | 4 = 3): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

async function decoded(image: Sharp, decoding = asStored) {
  return decodeRgb(await image.toBuffer(), 'photo', decoding);
}

describe('decodeRgb', () => {
  it('gives the pixels of an RGB PNG', async () => {
    expect(await decoded(picture().png())).toEqual({ width, height, data: gradient });
  });

  it('drops transparency without blending', async () => {
    const rgba = Uint8Array.from({ length: width * height * 4 }, (_, i) =>
      i % 4 === 3 ? (i * 3) % 256 : gradient[Math.floor(i / 4) * 3 + (i % 4)],
    );
    expect((await decoded(picture(rgba, 4).png())).data).toEqual(gradient);
  });

  it('repeats gray in three channels', async () => {
    const gray = Uint8Array.from({ length: width * height }, (_, i) => i);
    const expected = Uint8Array.from({ length: width * height * 3 }, (_, i) => Math.floor(i / 3));
    expect((await decoded(picture(gray, 1).toColorspace('b-w').png())).data).toEqual(expected);
    const withAlpha = Uint8Array.from({ length: width * height * 2 }, (_, i) => (i % 2 === 0 ? i / 2 : 9));
    expect((await decoded(picture(withAlpha, 2).png())).data).toEqual(expected);
  });

  it('keeps the upper byte of 16 bits', async () => {
    const wide = Uint16Array.from(gradient, (value, i) => value * 256 + (i % 256));
    const image = sharp(wide, { raw: { width, height, channels: 3 } })
      .toColorspace('rgb16')
      .png();
    expect((await sharp(await image.toBuffer()).metadata()).depth).toBe('ushort');
    expect((await decoded(image)).data).toEqual(gradient);
  });

  it('makes three channels of CMYK', async () => {
    const red = sharp({ create: { width, height, channels: 3, background: '#e01010' } });
    const image = red.toColorspace('cmyk').jpeg({ quality: 100 });
    expect((await sharp(await image.toBuffer()).metadata()).space).toBe('cmyk');
    const { data } = await decoded(image);
    expect(data.length).toBe(width * height * 3);
    expect(data[0]).toBeGreaterThan(180);
    expect(Math.max(data[1], data[2])).toBeLessThan(90);
  });

  it('ignores color profiles', async () => {
    const plain = await picture().jpeg().toBuffer();
    const tagged = await sharp(plain)
      .keepIccProfile()
      .withIccProfile('p3', { attach: true })
      .png()
      .toBuffer();
    const { data } = await sharp(tagged, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });
    expect((await sharp(tagged).metadata()).icc).toBeDefined();
    expect((await decodeRgb(tagged, 'photo', asStored)).data).toEqual(new Uint8Array(data));
    expect(new Uint8Array(await sharp(tagged).raw().toBuffer())).not.toEqual(new Uint8Array(data));
  });

  it('turns the image by its EXIF orientation only when asked', async () => {
    const image = picture().withMetadata({ orientation: 6 }).png();
    expect((await decoded(image)).data).toEqual(gradient);
    const turned = await decoded(image, asSeen);
    expect([turned.width, turned.height]).toEqual([height, width]);
    // Turned clockwise: the first pixel of the last row comes first.
    const corner = (height - 1) * width * 3;
    expect([...turned.data.subarray(0, 3)]).toEqual([...gradient.subarray(corner, corner + 3)]);
  });

  it('keeps no memory of what it decoded', async () => {
    const [side, megabytes] = [1000, 3];
    const create = { width: side, height: side, channels: 3, background: 'red' } as const;
    const encoded = await sharp({ create }).png().toBuffer();
    const decodeMany = async (count: number): Promise<number> => {
      for (let i = 0; i < count; i++) await decodeRgb(encoded, 'photo', asStored);
      return process.memoryUsage.rss() / 1e6;
    };
    const before = await decodeMany(40);
    expect((await decodeMany(100)) - before).toBeLessThan(50 * megabytes);
  });

  it('refuses cut-off and unknown files by name', async () => {
    const jpeg = await noiseJpeg();
    const cut = [jpeg.subarray(0, -1), jpeg.subarray(0, jpeg.length / 2)];
    for (const bytes of [...cut, Buffer.from('text'), Buffer.alloc(0)]) {
      const decoding = decodeRgb(bytes, 'a/photo.jpg', asStored);
      await expect(decoding).rejects.toThrow(UserError);
      await expect(decoding).rejects.toThrow('a/photo.jpg is not a readable image');
    }
  });

  it('makes up the pixels that a damaged JPEG lacks, as Pillow does, and says so', async () => {
    const jpeg = await noiseJpeg();
    const healed = Buffer.concat([jpeg.subarray(0, jpeg.length / 2), Buffer.of(0xff, 0xd9)]);
    const { pixels, damaged } = await decodeOriented(healed, 'photo', asStored);
    expect([pixels.width, pixels.height, damaged]).toEqual([64, 64, true]);
    const intact = await decodeOriented(jpeg, 'photo', asStored);
    expect(intact.damaged).toBe(false);
    const rows = 64 * 3 * 8;
    expect(pixels.data.subarray(0, rows)).toEqual(intact.pixels.data.subarray(0, rows));
  });

  it('takes bytes between the segments of a header for no damage', async () => {
    const jpeg = await noiseJpeg();
    for (const marker of ['ffdb', 'ffda']) {
      const at = jpeg.indexOf(marker, 0, 'hex');
      const odd = Buffer.concat([jpeg.subarray(0, at), Buffer.of(1, 2, 3), jpeg.subarray(at)]);
      expect(await decodeOriented(odd, 'photo', asStored)).toEqual(
        await decodeOriented(jpeg, 'photo', asStored),
      );
    }
  });

  it('gives each file its own reason, whatever other threads read at the time', async () => {
    const jpeg = await noiseJpeg();
    const png = await picture().png().toBuffer();
    const files: readonly (readonly [Buffer, RegExp])[] = [
      [jpeg.subarray(0, -2), /it is cut off/],
      [png.subarray(0, png.length / 2), /it is cut off/],
      [Buffer.concat([png.subarray(0, 45), Buffer.alloc(20), png.subarray(65)]), /its PNG data is damaged/],
      [Buffer.from('BM'.padEnd(60, '\0')), /its header of 0 bytes is of no known kind/],
      [Buffer.from('no image'), /it is none of JPEG, PNG.*/],
    ];
    const rounds = Array.from({ length: 20 }, () => files).flat();
    await Promise.all(
      rounds.map(([bytes, reason]) =>
        expect(decodeRgb(bytes, 'photo', asStored)).rejects.toThrow(
          new RegExp(`^photo is not a readable image \\(${reason.source}\\)\\. Replace`),
        ),
      ),
    );
  });
});

function noiseJpeg(): Promise<Buffer> {
  const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
  return sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
    .jpeg()
    .toBuffer();
}
