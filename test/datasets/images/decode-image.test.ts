import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeImage } from '../../../src/datasets/images/decode-image.js';
import { asStored, decodeRgb } from '../../../src/datasets/images/decode-rgb.js';
import { UserError } from '../../../src/errors.js';

/** A file, its pixels as Pillow decodes them, and those after turning it as EXIF says. */
interface GoldenImage {
  readonly name: string;
  readonly file: string;
  readonly stored: string;
  readonly turned: { readonly width: number; readonly height: number; readonly pixels: string };
}

const golden = path.join(import.meta.dirname, '..', '..', 'golden', 'photographs.json');
const goldenImages: GoldenImage[] = JSON.parse(await readFile(golden, 'utf8'));
const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'atto-decode-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

test.each(goldenImages)('$name: the pixels that Pillow decodes', async ({ file, stored, turned }) => {
  const image = await decodeImage(bytes(file));
  expect([image.width, image.height]).toEqual([turned.width, turned.height]);
  expect(Buffer.from(image.data).equals(bytes(turned.pixels))).toBe(true);
  const { data } = await decodeRgb(bytes(file), 'image', asStored);
  expect(Buffer.from(data).equals(bytes(stored))).toBe(true);
});

test('16-bit values keep their upper byte', async () => {
  const values = Uint16Array.from([0x0000, 0x00ff, 0x0100, 0x7fff, 0xff00, 0xffff]);
  const raw = { width: 3, height: 2, channels: 1 } as const;
  const png = await sharp(values, { raw }).toColorspace('gray16').png().toBuffer();
  const { data } = await decodeImage(png);
  expect([...data].filter((_, i) => i % 3 === 0)).toEqual([0, 0, 1, 0x7f, 0xff, 0xff]);
});

test('a file is read from its path', async () => {
  const [{ file, turned }] = goldenImages;
  const imageFile = path.join(folder, 'image.jpg');
  await writeFile(imageFile, bytes(file));
  const { data } = await decodeImage(imageFile);
  expect(Buffer.from(data).equals(bytes(turned.pixels))).toBe(true);
});

/** The message of the UserError that decoding ends with. */
async function refusal(source: string | Uint8Array): Promise<string> {
  try {
    await decodeImage(source);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return String(error);
  }
  throw new Error('the image was decoded');
}

test('an image that is cut off is refused, wherever', async () => {
  for (const { file } of goldenImages.filter(({ name }) => /^(JPEG, full|PNG with alpha|TIFF)/.test(name))) {
    const whole = bytes(file);
    for (const share of [0.5, 0.8]) {
      const message = await refusal(whole.subarray(0, Math.floor(whole.length * share)));
      expect(message).toMatch(/the image is not a readable image \(.+\)\. Replace it/);
    }
  }
});

test('harmless faults that Pillow bears are borne', async () => {
  const [{ file, turned }] = goldenImages;
  const whole = bytes(file);
  const junkAtTheEnd = new Uint8Array([...whole, 1, 2, 3, 4]);
  const junkBeforeTheEnd = new Uint8Array([...whole.subarray(0, -2), 1, 2, 3, ...whole.subarray(-2)]);
  for (const source of [junkAtTheEnd, junkBeforeTheEnd]) {
    const { data } = await decodeImage(source);
    expect(Buffer.from(data).equals(bytes(turned.pixels))).toBe(true);
  }
});

test('what is no image is named, with what would be one', async () => {
  const file = path.join(folder, 'notes.jpg');
  await writeFile(file, 'no image');
  expect(await refusal(file)).toContain(`${file} is not a readable image (it is none of JPEG, PNG`);
  await writeFile(file, '');
  expect(await refusal(file)).toContain('(the file is empty)');
  expect(await refusal(path.join(folder, 'missing.jpg'))).toContain(
    `${path.join(folder, 'missing.jpg')}: there`,
  );
  expect(await refusal(folder)).toContain(`${folder}: can't be read`);
});

test('HEIC from a telephone is recognized', async () => {
  const head = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
  const message = await refusal(new Uint8Array(Buffer.concat([head, Buffer.alloc(100)])));
  expect(message).toContain("it is HEIC, which can't be decoded here; save it as JPEG");
});
