// cspell:ignore cocco cuont
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.js';
import { checkDataset } from '../../src/datasets/check.js';
import type { DatasetFormat } from '../../src/datasets/dataset-format.js';
import {
  datasetFormats,
  formatOf,
  openDataset,
  openLabeledSplit,
  registerDatasetFormat,
} from '../../src/datasets/formats.js';
import { evaluationLoader } from '../../src/datasets/loading/loader.js';
import { UserError } from '../../src/errors.js';
import { writeNoise, writeTexts } from '../support/noise-images.js';
import { tempFolder } from '../support/temp-folder.js';

test("README's table has every format that feeds a detector", () => {
  const readme = readFileSync(path.join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
  const formats = datasetFormats().filter(({ detection }) => detection);
  expect(formats.length).toBeGreaterThan(3);
  for (const { name, description } of formats) expect(readme).toContain(`| \`${name}\` | ${description} |`);
});

test('a format says what it is not for, and an unknown one what there is', async () => {
  const folder = { format: 'image-folder', root: '/data' };
  await expect(openDataset(folder, 'train')).rejects.toThrow(
    'image-folder has no objects that a detector could learn',
  );
  const coco = { format: 'coco', root: '/data' };
  await expect(openLabeledSplit(coco, 'train')).rejects.toThrow('coco has no images for a classifier');
  expect(() => formatOf({ format: 'cocco', root: '' })).toThrow(
    /there is no format "cocco"; there are voc, coco, /,
  );
});

test('programs may leave out defaults and classes', async () => {
  const root = tempFolder();
  await writeNoise(root, ['images/val/a.png']);
  writeTexts(root, {
    'data.yaml': 'train: images\nval: images/val\nnames: [cat, dog]\n',
    'labels/val/a.txt': '1 0 0 1 0 1 1',
  });
  const dataset = await openDataset({ format: 'yolo', root }, 'val');
  expect(dataset.classes).toEqual(['cat', 'dog']);
  expect(dataset.data).toMatchObject({ yaml: 'data.yaml', train: 'train', classes: ['cat', 'dog'] });
  expect((await dataset.load('a')).instances).toMatchObject([{ label: 1 }]);
  const misspelled = { format: 'yolo', root, yml: 'data.yaml' };
  await expect(openDataset(misspelled, 'val')).rejects.toThrow('data: Unrecognized key: "yml"');
});

/** A program's own format: images of one color with an object in the corner, as many as `count` says. */
const ownModule = (dist: string): string => `
import { z } from 'zod';
import { registerDatasetFormat } from ${JSON.stringify(pathToFileURL(path.join(dist, 'datasets', 'formats.js')).href)};

// cspell:ignore cocco cuont

const mask = { height: 3, width: 4, counts: Uint32Array.of(0, 2, 1, 2, 7) };
const object = {
  name: 'The corner', file: 'corner', key: 1, className: 'corner', box: [0, 0, 2, 2], annotatedBox: undefined,
  area: undefined, mask, outline: undefined, difficult: false, crowd: false, listed: true,
};
export const ownFormat = {
  name: 'corners',
  description: 'nothing',
  module: import.meta.url,
  schema: z.strictObject({ format: z.literal('corners'), root: z.string(), count: z.int().default(3) }),
  title: () => 'corners',
  classes: () => ['corner'],
  detection: {
    skipsEmpty: false,
    open: async ({ root, count }, split) => {
      const ids = Array.from({ length: count }, (_, i) => split + i);
      return { source: split, imagesFolder: root, names: ['corner'], ids, records: new Map(ids.map((id, i) => [id, i])), notices: [] };
    },
    reader: () => ({
      read: async (id, shade) => {
        const pixels = { width: 4, height: 3, data: new Uint8Array(36).fill(shade) };
        const image = { file: id, orientation: 1, pixels };
        return { id, imageId: undefined, image, file: id, name: id, objects: [object], findings: [], own: shade };
      },
    }),
    check: ({ own, file }) => (own === 2 ? [{ code: 'annotation-odd', file, message: 'is the third' }] : []),
  },
};
registerDatasetFormat(ownFormat);
`;

describe("a program's own format", () => {
  const dist = path.join(import.meta.dirname, '..', '..', 'dist');
  // In the repository, so that it finds zod.
  const file = path.join(dist, 'own-format.mjs');

  it('is named in configs, read in threads, and checked by its own checks', async () => {
    writeFileSync(file, ownModule(dist));
    onTestFinished(() => rmSync(file));
    const { ownFormat }: { ownFormat: DatasetFormat } = await import(pathToFileURL(file).href);
    registerDatasetFormat(ownFormat);
    const input = {
      data: { format: 'corners', root: tempFolder() },
      training: { steps: 1, learningRate: 1 },
    };
    const { data } = parseConfig(input, ['data.count=4'], 'own.ts');
    expect(data).toEqual({ ...input.data, count: 4 });
    expect(() => parseConfig(input, ['data.cuont=4'], 'own.ts')).toThrow('did you mean data.count?');
    expect(() => parseConfig(input, ['data.format=corner'], 'own.ts')).toThrow(/ or corners$/);

    const dataset = await openDataset(data, 'val');
    expect(dataset.ids).toEqual(['val0', 'val1', 'val2', 'val3']);
    for (const workers of [0, 2]) {
      const shades: number[] = [];
      for await (const { image, instances } of evaluationLoader({ dataset, workers, ahead: 2 })) {
        expect(instances).toMatchObject([{ label: 0, box: [0, 0, 2, 2] }]);
        shades.push(image.data[0]);
      }
      expect(shades).toEqual([0, 1, 2, 3]);
      const { findings } = await checkDataset(data, { splits: ['val'], workers });
      expect(findings).toEqual([
        { severity: 'warning', code: 'annotation-odd', file: 'val2', message: 'is the third' },
      ]);
    }
  });

  it('replaces one of its name, but none that comes with the project', () => {
    const own = datasetFormats().find(({ name }) => name === 'corners');
    expect.assert(own);
    const again = { ...own, description: 'nothing at all' };
    registerDatasetFormat(again);
    expect(datasetFormats().filter(({ name }) => name === 'corners')).toEqual([again]);
    expect(() => registerDatasetFormat({ ...own, name: 'voc' })).toThrow(UserError);
  });
});
