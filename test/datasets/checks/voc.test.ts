import { appendFileSync, copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encode } from 'fast-png';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { severityOf } from '../../../src/datasets/finding.js';
import { decodeIndexImage, type IndexImage } from '../../../src/datasets/voc/index-image.js';
import type { VocData, VocLayout } from '../../../src/datasets/voc/layout.js';
import { edit, findingsIn, soundData } from '../../support/sound-data.js';

const sound = soundData();

/** The image that is damaged. It has at least two objects. */
const id = 'train_00001';
const last = 'train_00040';

interface Files {
  readonly data: VocData;
  readonly layout: VocLayout;
  readonly photo: string;
  readonly mask: string;
  readonly classMask: string;
  readonly annotation: string;
}

function filesOf({ data, layout }: { data: VocData; layout: VocLayout }): Files {
  return {
    data,
    layout,
    photo: path.join(layout.images, `${id}.jpg`),
    mask: layout.objectMask(id),
    classMask: layout.classMask(id),
    annotation: layout.annotation(id),
  };
}

const readMask = (file: string): IndexImage => decodeIndexImage(readFileSync(file));
const writeMask = (file: string, { width, height, indices }: IndexImage): void =>
  writeFileSync(file, encode({ width, height, data: indices, channels: 1, depth: 8 }));

/** Changes each index of a mask by its place. */
function editMask(file: string, change: (index: number, x: number, y: number) => number): void {
  const mask = readMask(file);
  const indices = mask.indices.map((index, i) => change(index, i % mask.width, Math.floor(i / mask.width)));
  writeMask(file, { ...mask, indices });
}

function transposed({ width, height, indices }: IndexImage): IndexImage {
  const turned = indices.map((_, i) => indices[(i % height) * width + Math.floor(i / height)]);
  return { width: height, height: width, indices: turned };
}

async function turnPhoto(file: string, orientation: number): Promise<void> {
  writeFileSync(file, await sharp(file).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer());
}

/** Replaces what stands in the first element of a name. */
const element = (file: string, name: string, text: string): void =>
  edit(file, (xml) => xml.replace(new RegExp(`<${name}>[^<]*</${name}>`), `<${name}>${text}</${name}>`));

const firstObject = /<object>[\s\S]*?<\/object>/;

type Case = readonly [
  name: string,
  code: string,
  damage: (files: Files) => void | Promise<void>,
  message: RegExp,
];
const cases: readonly Case[] = [
  [
    'an image that is cut off',
    'photo-unreadable',
    ({ photo }) => truncateSync(photo, 1500),
    /not a readable image/,
  ],
  ['an empty image', 'photo-unreadable', ({ photo }) => truncateSync(photo), /the file is empty/],
  ['a missing image', 'photo-missing', ({ photo }) => rmSync(photo), /Add the image/],
  ['a mask that is cut off', 'mask-unreadable', ({ mask }) => truncateSync(mask, 900), /it is cut off/],
  ['a missing mask', 'mask-missing', ({ mask }) => rmSync(mask), /is missing. Add the mask/],
  [
    'a class mask that is cut off',
    'mask-unreadable',
    ({ classMask }) => truncateSync(classMask, 900),
    /it is cut off/,
  ],
  [
    'a mask of another size',
    'size-mismatch',
    ({ mask }) => writeMask(mask, { width: 10, height: 10, indices: new Uint8Array(100).fill(1) }),
    /is 10×10 but .*same size/,
  ],
  [
    'masks of the turned image',
    'size-mismatch',
    ({ mask }) => writeMask(mask, transposed(readMask(mask))),
    /drawn on the turned image, and no EXIF orientation says so/,
  ],
  ['an image that EXIF turns', 'exif-orientation', ({ photo }) => turnPhoto(photo, 3), /EXIF orientation 3/],
  [
    'an annotation that is cut off',
    'annotation-unreadable',
    ({ annotation }) => truncateSync(annotation, 200),
    /ends inside/,
  ],
  [
    'a missing annotation',
    'annotation-missing',
    ({ annotation }) => rmSync(annotation),
    /is missing, so classes/,
  ],
  [
    'an annotation that lacks an object',
    'mask-without-object',
    ({ annotation }) =>
      edit(annotation, (xml) => xml.slice(0, xml.lastIndexOf('<object>')).concat('</annotation>')),
    /^Object \d \(\w+\) of .* is not in its annotation/,
  ],
  [
    'an annotation with an object too many',
    'object-without-mask',
    ({ annotation }) =>
      edit(annotation, (xml) =>
        xml.replace('</annotation>', '<object><name>ring</name></object></annotation>'),
      ),
    /^Object \d \(ring\) of .*\.xml has no mask in .*\.png/,
  ],
  [
    'a misspelled class',
    'unknown-class',
    ({ annotation }) => edit(annotation, (xml) => xml.replace(/<name>\w/, '<name>x')),
    /Object 1 \(x\w+\) .* did you mean "\w+"\?/,
  ],
  [
    'a class that nobody knows',
    'unknown-class',
    ({ annotation }) => element(annotation, 'name', 'hippopotamus'),
    /there are circle, square, triangle, star, ring/,
  ],
  [
    'another class than in the class mask',
    'class-conflict',
    ({ annotation }) =>
      edit(annotation, (xml) =>
        xml.replace(/<name>(\w+)/, (_, name) => `<name>${name === 'ring' ? 'star' : 'ring'}`),
      ),
    /in its annotation but \w+ in the class mask/,
  ],
  [
    'an object without a class',
    'class-missing',
    ({ annotation, classMask }) => {
      element(annotation, 'name', '');
      rmSync(classMask);
    },
    /Object 1 of .* has no class/,
  ],
  [
    'an annotation of another image',
    'annotation-size',
    ({ annotation }) => element(annotation, 'width', '640'),
    /an image of 640×\d+, but/,
  ],
  [
    'a flag that is no flag',
    'annotation-odd',
    ({ annotation }) => element(annotation, 'difficult', 'no'),
    /difficult "no"/,
  ],
  [
    'a box that reaches beyond the image',
    'box-outside-image',
    ({ annotation }) => element(annotation, 'xmin', '-20'),
    /\[-21, .*\], which reaches beyond/,
  ],
  [
    'a box of no area',
    'empty-box',
    ({ annotation }) => element(annotation, 'xmax', '0'),
    /which has no area/,
  ],
  [
    'a box of another object',
    'box-misses-mask',
    ({ annotation }) => {
      for (const edge of ['xmin', 'ymin']) element(annotation, edge, '1');
      for (const edge of ['xmax', 'ymax']) element(annotation, edge, '4');
    },
    /box and mask in different places: its box is \[0, 0, 4, 4\]/,
  ],
  [
    'an object one pixel wide',
    'thin-mask',
    ({ mask, annotation }) => {
      const { width, indices } = readMask(mask);
      const column = indices.indexOf(1) % width;
      editMask(mask, (index, x) => (index === 1 && x !== column ? 0 : index));
      edit(annotation, (xml) => xml.replace(/<bndbox>[\s\S]*?<\/bndbox>/, ''));
    },
    /Object 1 \(\w+\) of .* is 1×\d+ pixels/,
  ],
  [
    'an id that is listed twice',
    'duplicate-id',
    ({ layout }) => appendFileSync(layout.split('train'), `${id}\n`),
    /more than once: train_00001/,
  ],
  [
    'an image of both splits',
    'image-in-two-splits',
    ({ layout }) => appendFileSync(layout.split('val'), `${id}\n`),
    /train_00001\.jpg is in train and in val/,
  ],
  [
    'an image that is there twice',
    'duplicate-image',
    ({ photo, layout }) => {
      for (const file of [layout.objectMask(last), layout.classMask(last), layout.annotation(last)]) {
        copyFileSync(file.replace(last, id), file);
      }
      copyFileSync(photo, path.join(layout.images, `${last}.jpg`));
    },
    /train_00040\.jpg has the same pixels as .*train_00001\.jpg in train, too/,
  ],
];

describe('a data set in the layout of VOC', () => {
  it('has no findings while it is whole', async () => {
    expect(await findingsIn(sound.voc().data)).toEqual([]);
  });

  it.each(cases)('is found to have %s', async (_, code, damage, message) => {
    const files = filesOf(sound.voc());
    expect(
      readFileSync(files.annotation, 'utf8').match(new RegExp(firstObject, 'g'))?.length,
    ).toBeGreaterThan(1);
    await damage(files);
    const findings = await findingsIn(files.data);
    const found = findings.filter((finding) => finding.code === code);
    expect(found.map((finding) => finding.message)).toEqual([expect.stringMatching(message)]);
    // Nothing is said of images that are whole.
    expect(findings.map((finding) => finding.message).filter((text) => !text.includes(id))).toEqual([]);
  });

  it('is found to have an image of the training split under another name in the other one', async () => {
    const { data, layout } = sound.voc();
    copyFileSync(path.join(layout.images, `${id}.jpg`), path.join(layout.images, 'val_00001.jpg'));
    for (const file of [layout.objectMask, layout.classMask, layout.annotation])
      copyFileSync(file(id), file('val_00001'));
    const findings = await findingsIn(data);
    expect(findings.map(({ code }) => code)).toEqual(['image-in-two-splits']);
    expect(findings[0].message).toMatch(
      /val_00001\.jpg has the same pixels as .*train_00001\.jpg in train and in val/,
    );
    expect(severityOf(findings[0])).toBe('fault');
  });

  it('may be the same for both splits, which is said once', async () => {
    const { data } = sound.voc();
    const both = { ...data, val: 'train' };
    const findings = await findingsIn(both);
    expect(findings.map(({ code }) => code)).toEqual(['image-in-two-splits']);
    expect(findings[0].message).toContain('data.train and data.val are both');
  });

  it('is found to have too few examples, in training and to measure on', async () => {
    const { data, layout } = sound.voc();
    writeFileSync(layout.split('train'), `${id}\n`);
    writeFileSync(layout.split('val'), 'val_00001\n');
    const findings = await findingsIn(data);
    expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(['few-examples']));
    const ofTrain = findings.filter(({ file }) => file === layout.split('train'));
    expect(ofTrain.map(({ object }) => object)).toEqual(data.classes);
    expect(findings.length).toBeGreaterThan(ofTrain.length);
  });

  it('takes classes that nobody wants for what they are, but for misspelled ones', async () => {
    const { data, layout } = sound.voc();
    edit(layout.annotation(id), (xml) =>
      xml.replace(/<name>\w+/, '<name>hippopotamus').replace(/(<name>)(?!hippo)\w+/, '$1rinq'),
    );
    const findings = await findingsIn({ ...data, classes: ['ring'] });
    const codes = findings
      .filter(({ message }) => message.includes(id))
      .map(({ code, object }) => [code, object]);
    expect(codes).toEqual([
      ['ignored-class', 1],
      ['unknown-class', 2],
    ]);
  });

  it('may do without annotation files, which is said once', async () => {
    const { data, layout } = sound.voc();
    rmSync(path.dirname(layout.annotation(id)), { recursive: true });
    const findings = await findingsIn(data);
    expect(findings.map(({ code }) => code)).toEqual(['annotation-missing']);
    expect(findings[0].message).toContain('and all others are missing');
  });

  it('is found to lack a list', async () => {
    const { data, layout } = sound.voc();
    rmSync(layout.split('val'));
    const findings = await findingsIn(data);
    expect(findings.map(({ code }) => code)).toEqual(['split-unreadable']);
    expect(findings[0].message).toContain('There is no split "val"');
    rmSync(layout.split('train'));
    await expect(findingsIn(data)).rejects.toThrow('There is no split "train"');
  });
});
