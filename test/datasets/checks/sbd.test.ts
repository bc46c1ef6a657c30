import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { checkDataset } from '../../../src/datasets/check.js';
import type { FindingCode } from '../../../src/datasets/finding.js';
import type { SbdLayout } from '../../../src/datasets/sbd/layout.js';
import { goldenFile, type SbdGolden, writeSbdFolder } from '../../support/sbd-folder.js';
import { findingsIn } from '../../support/sound-data.js';

const a = goldenFile('compressed');

async function writeImages(own: SbdGolden = a) {
  const folder = await writeSbdFolder({
    a: own,
    b: goldenFile('plain'),
    c: goldenFile('doubles for labels'),
  });
  writeFileSync(folder.layout.split('train'), 'a\nb\n');
  writeFileSync(folder.layout.split('val'), 'c\n');
  return folder;
}

/** What is found, but for classes of which three images can't have enough. */
async function faultsIn(data: Parameters<typeof findingsIn>[0]) {
  return (await findingsIn(data)).filter(({ code }) => code !== 'few-examples');
}

type Case = readonly [
  name: string,
  code: FindingCode,
  damage: (layout: SbdLayout) => void | Promise<void>,
  message: RegExp,
];
const cases: readonly Case[] = [
  [
    'a file that is cut off',
    'mask-unreadable',
    (layout) => truncateSync(layout.instances('a'), 300),
    /a\.mat is not a readable file of instances \(it is cut off or damaged\)/,
  ],
  ['a missing file', 'mask-missing', (layout) => rmSync(layout.instances('a')), /a\.mat is missing/],
  ['a missing image', 'photo-missing', (layout) => rmSync(layout.image('a')), /a\.jpg is missing/],
  [
    'an image of another size',
    'size-mismatch',
    async (layout) => {
      const photo = sharp({ create: { width: 30, height: 24, channels: 3, background: 'red' } });
      writeFileSync(layout.image('a'), await photo.jpeg().toBuffer());
    },
    /a\.mat is 36×24 but .*a\.jpg is 30×24/,
  ],
  [
    'an image of both splits',
    'image-in-two-splits',
    (layout) => writeFileSync(layout.split('val'), 'a\n'),
    /a\.jpg is in train and in val/,
  ],
];

describe("a data set in SBD's layout", () => {
  it('has no faults while it is whole', async () => {
    expect(await faultsIn((await writeImages()).data)).toEqual([]);
    expect(await faultsIn((await writeImages(goldenFile('bytes for categories'))).data)).toEqual([]);
  });

  it.each(cases)('is found to have %s', async (_, code, damage, message) => {
    const { data, layout } = await writeImages();
    await damage(layout);
    const findings = await faultsIn(data);
    expect(findings.map((finding) => finding.code)).toEqual([code]);
    expect(findings[0].message).toMatch(message);
  });

  it.each([
    [
      'one object more than categories',
      'class-missing',
      2,
      /^Object 2 of .*a\.mat has no class: there are only 1 categories/,
    ],
    [
      'one category more than objects',
      'object-without-mask',
      2,
      /^Object 2 \(boat\) of .*a\.mat has no mask/,
    ],
    [
      'a category that there is not',
      'class-missing',
      1,
      /^Object 1 of .*a\.mat has the category 21, but they go from 1 to 20/,
    ],
  ])('is found to have %s', async (name, code, object, message) => {
    const findings = await faultsIn((await writeImages(goldenFile(name))).data);
    expect(findings.map((finding) => [finding.code, finding.object])).toEqual([[code, object]]);
    expect(findings[0].message).toMatch(message);
  });

  it('may have images without objects, which are counted', async () => {
    const { data } = await writeImages(goldenFile('no objects'));
    expect(await faultsIn(data)).toEqual([]);
    const { summary } = await checkDataset(data, { workers: 0 });
    expect(summary[0].notices).toEqual([
      expect.stringMatching(
        /train\.txt: images without objects, taken as background: 1 of 2 \(a\)\. data\.emptyImages/,
      ),
    ]);
  });
});
