import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { FindingCode } from '../../../src/datasets/finding.js';
import { edit, findingsIn, soundData } from '../../support/sound-data.js';

const sound = soundData();

interface Annotation {
  id: number | string;
  image_id: number | string;
  category_id: number;
  bbox: number[];
  area: number;
  iscrowd: number;
  segmentation: unknown;
}

interface Image {
  id: number;
  file_name: string;
  width: number;
  height: number;
}

/** What an annotation file holds, to be changed. */
interface Content {
  readonly images: Image[];
  readonly categories: { id: number; name: string }[];
  readonly annotations: Annotation[];
}

const editJson = (file: string, change: (content: Content) => void): void =>
  edit(file, (text) => {
    const content: Content = JSON.parse(text);
    change(content);
    return JSON.stringify(content);
  });

/** Changes the second annotation, 2, of image 1. */
const second = (change: (annotation: Annotation, image: Image) => void) => (content: Content) => {
  expect(content.annotations[1]).toMatchObject({ id: 2, image_id: 1 });
  change(content.annotations[1], content.images[0]);
};
const changed = (changes: Readonly<Record<string, unknown>>) =>
  second((annotation) => void Object.assign(annotation, changes));

type Case = readonly [name: string, code: FindingCode, change: (content: Content) => void, message: string];
const cases: readonly Case[] = [
  [
    'an id of two annotations',
    'duplicate-id',
    ({ annotations }) => void Object.assign(annotations[0], { id: 2 }),
    'annotation 2 is there twice',
  ],
  [
    'an id of two images',
    'duplicate-id',
    ({ images }) => void images.push({ ...images[0] }),
    'image 1 is there twice',
  ],
  [
    'two categories of a name',
    'duplicate-id',
    ({ categories, annotations }) => {
      const { name } = categories.find(({ id }) => id !== annotations[1].category_id) ?? categories[0];
      categories.push({ id: 9, name });
      annotations[1].category_id = 9;
      expect(annotations.some(({ category_id }) => category_id < 9)).toBe(true);
    },
    'two categories are named',
  ],
  [
    'an object of an unknown image',
    'image-not-listed',
    changed({ image_id: 999 }),
    'annotation 2 belongs to the unknown image 999, and is left out',
  ],
  [
    'an id that is a text',
    'unknown-image',
    changed({ image_id: '1' }),
    'unknown image "1"; there is 1: write the id in the same way',
  ],
  [
    'an unknown category',
    'unknown-class',
    changed({ category_id: 99 }),
    'annotation 2 has the unknown category 99',
  ],
  [
    'an annotation without an image',
    'annotation-unreadable',
    changed({ image_id: undefined }),
    'annotation 2 has the image_id missing',
  ],
  [
    'a box of negative size',
    'annotation-unreadable',
    changed({ bbox: [5, 5, -3, 4] }),
    'annotation 2 has a bbox of negative size',
  ],
  [
    'a box that is no box',
    'annotation-unreadable',
    changed({ bbox: [5, Number.NaN, 3, 4] }),
    'annotation 2 has the bbox [5,null,3,4]',
  ],
  [
    'no segmentation',
    'segmentation-missing',
    changed({ segmentation: [] }),
    'has no segmentation; draw its mask',
  ],
  [
    'run lengths of another size',
    'segmentation-invalid',
    changed({ segmentation: { size: [7, 7], counts: '1P1' } }),
    'its mask is 7×7, but the image is',
  ],
  [
    'run lengths that are cut off',
    'segmentation-invalid',
    second((annotation, { width, height }) => {
      annotation.segmentation = { size: [height, width], counts: '5T' };
    }),
    'is cut off in the middle of a run',
  ],
  [
    'a polygon of two points',
    'segmentation-invalid',
    changed({ segmentation: [[1, 1, 9, 9]] }),
    'at least three points',
  ],
  [
    'an object without a pixel',
    'empty-mask',
    changed({ segmentation: [[5, 5, 5, 5, 5, 5]] }),
    'has no pixel: training leaves it out',
  ],
  [
    'an object one pixel high',
    'thin-mask',
    changed({ segmentation: [[5, 5, 25, 5, 25, 6, 5, 6]], bbox: [5, 5, 20, 1], area: 20 }),
    'is 20×1 pixels',
  ],
  [
    'a polygon beyond the image',
    'polygon-outside-image',
    changed({ segmentation: [[5, 5, 500, 5, 500, 40, 5, 40]], bbox: [5, 5, 58, 35], area: 58 * 35 }),
    'it spans [5, 5, 500, 40]',
  ],
  [
    'a box beyond the image',
    'box-outside-image',
    second((annotation, { width }) => {
      const [x, , , height] = annotation.bbox;
      annotation.bbox[2] = width - x + 4;
      expect(height).toBeGreaterThan(0);
    }),
    'which reaches beyond the image of',
  ],
  ['a box without area', 'empty-box', second(({ bbox }) => void bbox.splice(2, 1, 0)), 'which has no area'],
  [
    'a box in another place than the mask',
    'box-misses-mask',
    second((annotation, { width, height }) => {
      const [x, y] = annotation.bbox;
      annotation.bbox = [x < width / 2 ? width - 5 : 0, y < height / 2 ? height - 5 : 0, 5, 5];
    }),
    'has box and mask in different places',
  ],
  [
    'a box that fits badly',
    'box-far-from-mask',
    changed({ bbox: [10, 10, 30, 12], segmentation: [[10, 10, 40, 10, 40, 50, 10, 50]], area: 1200 }),
    'has a box that fits its mask badly: its box is [10, 10, 40, 22] and its mask spans [10, 10, 40, 50]',
  ],
  [
    "an area that isn't the mask's",
    'area-mismatch',
    changed({ area: 5 }),
    'has the area 5, but its mask has',
  ],
  [
    'an object that is annotated twice',
    'duplicate-object',
    ({ annotations }) => void annotations.push({ ...annotations[1], id: 9999 }),
    'covers the same pixels as object 2',
  ],
  [
    'an image of another size',
    'size-mismatch',
    ({ images, annotations }) => {
      images[0].width = 7;
      images[0].height = 7;
      const square = [[1, 1, 6, 1, 6, 6, 1, 6]];
      for (const each of annotations.filter(({ image_id }) => image_id === 1)) {
        Object.assign(each, { segmentation: square, bbox: [1, 1, 5, 5], area: 25 });
      }
    },
    'image 1 is 7×7 but',
  ],
  [
    'a file name of nothing',
    'photo-missing',
    ({ images }) => void Object.assign(images[0], { file_name: 'nothing.jpg' }),
    '43 more. Add the image, or take image 1 out of',
  ],
  [
    'an image without a file name',
    'annotation-unreadable',
    ({ images }) => void Object.assign(images[0], { file_name: null }),
    'image 1 has no file_name',
  ],
  [
    'an image listed under two ids',
    'duplicate-image',
    ({ images }) => void images.push({ ...images[0], id: 999 }),
    'train_00001.jpg is in train, too',
  ],
];

describe('a data set with annotation files of COCO', () => {
  it('has no findings while it is whole', async () => {
    expect(await findingsIn(sound.coco().data)).toEqual([]);
  });

  it.each(cases)('is found to have %s', async (_, code, change, message) => {
    const { data, file } = sound.coco();
    editJson(file('train'), change);
    const findings = await findingsIn(data);
    const found = findings.filter((finding) => finding.code === code);
    expect(found.map((finding) => finding.message)).toEqual(
      // Of two annotations in one place each covers the other.
      found.map(() => expect.stringContaining(message)),
    );
    expect(found.length).toBeGreaterThan(0);
    // What follows from it is all that is said beside it.
    const others = findings.filter((finding) => finding.code !== code);
    expect(others.filter(({ message: text }) => !/image 1\b|annotation [12]\b/.test(text))).toEqual([]);
  });

  it('is found to have an annotation file that is cut off; the other one is checked all the same', async () => {
    const { data, file } = sound.coco();
    truncateSync(file('train'), 3000);
    rmSync(path.join(data.root, 'VOC2012', 'JPEGImages', 'val_00002.jpg'));
    const findings = await findingsIn(data);
    expect(findings.map(({ code }) => code)).toEqual(['split-unreadable', 'photo-missing']);
    expect(findings[0].message).toContain('train.json is cut off: the JSON ends in the middle');
  });

  it('is found to have images that are damaged or nearly black, which are read', async () => {
    const { data } = sound.coco();
    const folder = path.join(data.root, 'VOC2012', 'JPEGImages');
    const [healed, dark] = ['train_00001.jpg', 'train_00002.jpg'].map((name) => path.join(folder, name));
    const jpeg = readFileSync(healed);
    writeFileSync(healed, Buffer.concat([jpeg.subarray(0, jpeg.length - 100), Buffer.of(0xff, 0xd9)]));
    const { width = 0, height = 0 } = await sharp(dark).metadata();
    const values = new Uint16Array(3 * width * height).fill(4095);
    const wide = sharp(values, { raw: { width, height, channels: 3 } }).toColorspace('rgb16');
    writeFileSync(dark, await wide.png().toBuffer());
    const findings = await findingsIn(data);
    expect(findings.map(({ code, file }) => [code, file])).toEqual([
      ['photo-damaged', healed],
      ['photo-dark', dark],
    ]);
  });

  it('is found to have images under other names, once, and to lack those that lie nowhere', async () => {
    const { data, file } = sound.coco();
    editJson(file('train'), ({ images }) => {
      for (const image of images)
        image.file_name = `https://storage.example.org/${image.file_name.toUpperCase()}`;
      Object.assign(images[0], { file_name: 'elsewhere.jpg' });
    });
    const findings = await findingsIn(data);
    expect(findings.map(({ code }) => code)).toEqual(['image-renamed', 'photo-missing']);
    expect(findings[0].message).toContain('39 images are found under another name');
    expect(findings[1].message).toMatch(/elsewhere\.jpg is missing\. In .*JPEGImages lie train_00001\.jpg, /);
  });

  it('cannot be checked where neither file can be read', async () => {
    const { data, file } = sound.coco();
    truncateSync(file('train'), 3000);
    truncateSync(file('val'), 300);
    await expect(findingsIn(data)).rejects.toThrow('train.json is cut off');
  });

  it('is found to have other classes in one of the files', async () => {
    const { data, file } = sound.coco();
    editJson(file('val'), ({ categories }) => void Object.assign(categories[3], { name: 'starr' }));
    const findings = await findingsIn(data);
    expect(findings.map(({ code, object }) => [code, object])).toEqual([
      ['class-lists-differ', 'star'],
      ['class-lists-differ', 'starr'],
      ['few-examples', 'star'],
    ]);
    expect(findings[0].message).toContain('val.json has no category "star"');
    expect(findings[0].message).toContain('did you mean "starr"?');
  });

  it('may have images without objects, which training leaves out', async () => {
    const { data, file } = sound.coco();
    editJson(file('train'), ({ annotations }) => {
      annotations.splice(
        0,
        annotations.findIndex(({ image_id }) => image_id !== 1),
      );
    });
    expect(await findingsIn(data)).toEqual([]);
  });
});
