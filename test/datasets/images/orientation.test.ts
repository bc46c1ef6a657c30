import { writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { checkDataset } from '../../../src/datasets/check.js';
import type { CocoData } from '../../../src/datasets/coco/layout.js';
import { openDataset } from '../../../src/datasets/formats.js';
import { decideOrientation } from '../../../src/datasets/images/orientation.js';
import { writeCocoFolder } from '../../support/coco-folder.js';
import { photoPixels } from '../../support/voc-folder.js';

const [stored, turned] = [
  { width: 12, height: 8 },
  { width: 8, height: 12 },
];
const square = { width: 8, height: 8 };

test.each([
  ['the stored size keeps the pixels', 'auto', stored, stored, turned, false, false],
  ['the turned size turns them', 'auto', turned, stored, turned, true, false],
  ['no size tells nothing', 'auto', undefined, stored, turned, true, true],
  ['another size tells nothing', 'auto', square, stored, turned, true, true],
  ['a size that fits both tells nothing', 'auto', square, square, square, true, true],
  ['a setting turns what the size keeps', 'turned', stored, stored, turned, true, false],
  ['a setting keeps what the size turns', 'stored', turned, stored, turned, false, false],
] as const)('%s', (_, setting, stated, own, other, isTurned, assumed) => {
  expect(decideOrientation({ setting, stated }, { stored: own, turned: other })).toEqual({
    turned: isTurned,
    assumed,
  });
});

/** A data set with an image, annotated as if it had a size, with an EXIF orientation. */
async function oneImage(size: typeof stored, stated: typeof stored, orientation: number): Promise<CocoData> {
  const data = await writeCocoFolder({
    images: [{ id: 1, file_name: 'a.png', ...stated }],
    categories: [{ id: 1, name: 'dog' }],
    annotations: [
      {
        id: 1,
        image_id: 1,
        category_id: 1,
        iscrowd: 0,
        bbox: [1, 2, 3, 4],
        segmentation: [[1, 2, 4, 2, 4, 6, 1, 6]],
      },
    ],
  });
  const raw = { ...size, channels: 3 } as const;
  const image = sharp(photoPixels('a', size.width, size.height), { raw }).withMetadata({ orientation });
  writeFileSync(path.join(data.root, 'images', 'a.png'), await image.png().toBuffer());
  return data;
}

/** The pixels of a stored image turned by 180 degrees. */
function upsideDown({ width, height }: typeof stored): Uint8Array {
  const pixels = photoPixels('a', width, height);
  const places = Array.from({ length: width * height }, (_, i) => width * height - 1 - i);
  return Uint8Array.from(places.flatMap((place) => [...pixels.subarray(3 * place, 3 * place + 3)]));
}

async function pixelsOf(data: CocoData) {
  return (await (await openDataset(data, 'train')).load('a')).image;
}

describe('an image of a data set', () => {
  it('is turned where no size tells, unless the setting says otherwise', async () => {
    const data = await oneImage(stored, stored, 3);
    expect(await pixelsOf(data)).toEqual({ ...stored, data: upsideDown(stored) });
    const kept = await pixelsOf({ ...data, orientation: 'stored' });
    expect(kept).toEqual({ ...stored, data: photoPixels('a', 12, 8) });
  });

  it('is turned or not as the annotated size says', async () => {
    expect(await pixelsOf(await oneImage(stored, turned, 6))).toMatchObject(turned);
    expect(await pixelsOf(await oneImage(stored, stored, 6))).toEqual({
      ...stored,
      data: photoPixels('a', 12, 8),
    });
  });

  it('is counted by the check, and named where turning it is an assumption', async () => {
    const check = async (data: CocoData) => checkDataset(data, { workers: 0, splits: ['train'] });
    const codes = async (data: CocoData) => (await check(data)).findings.map(({ code }) => code);
    const assumed = await oneImage(stored, stored, 3);
    expect(await codes(assumed)).toContain('exif-orientation');
    expect((await check(assumed)).summary[0].notices[0]).toMatch(
      /train\.json: images turned as their EXIF orientation says: 1 of 1\.$/,
    );
    const told = await oneImage(stored, stored, 6);
    expect(await codes(told)).not.toContain('exif-orientation');
    expect((await check(told)).summary[0].notices[0]).toMatch(/EXIF orientation is left aside.*: 1 of 1\.$/);
    const forced = { ...told, orientation: 'turned' } as const;
    const [{ message }] = (await check(forced)).findings.filter(({ code }) => code === 'size-mismatch');
    expect(message).toContain('data.orientation=auto decides by the size');
  });
});
