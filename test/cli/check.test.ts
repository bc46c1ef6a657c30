import { mkdtempSync, rmSync } from 'node:fs';
import { cp, link, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { atto } from '../support/atto.js';

/** `atto check` and `atto convert` as a user runs them. */

let folder: string;
let config: string;
const photo = (root: string, id: string) => path.join(root, 'VOC2012', 'JPEGImages', `${id}.jpg`);
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'atto-check-'));
  config = path.join(folder, 'shapes.json');
  const data = {
    format: 'shapes',
    root: path.join(folder, 'data'),
    trainImages: 40,
    valImages: 6,
    maxSide: 110,
  };
  await writeFile(config, JSON.stringify({ data, training: { steps: 1, learningRate: 0.1 } }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Overrides of a detector that trains in a second. */
const tiny = [
  'model.backbone.name=attonet-d',
  'model.backbone.norm=batch',
  'model.fpn.channels=16',
  'model.box.representation=16',
  'model.mask.channels=8',
  'input.shorterSide=64',
  'input.longerSide=107',
];

test('generates the data, finds nothing in it, and summarizes it', async () => {
  const { code, stdout } = await atto(['check', config]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/│ circle +│ +\d+ │ [█▏▎▍▌▋▊▉]+ +│ +\d+ │/);
  expect(stdout).toMatch(/│ total +│ +\d+ │ +│ +40 │ +\d+ │ +│ +6 │/);
  expect(stdout).toMatch(/medium, up to 96² +│ +\d+ │ █+/);
  expect(stdout).toMatch(/train: 40 images\nval: 6 images\n0 faults, 0 warnings\n$/);
});

test('lists the faults of damaged data by their kinds, and exits with 1; training refuses them', async () => {
  const root = path.join(folder, 'damaged');
  await cp(path.join(folder, 'data'), root, { recursive: true });
  for (let i = 1; i <= 7; i++) await rm(photo(root, `train_0000${i}`));
  await truncate(photo(root, 'val_00002'), 1000);
  const { code, stdout } = await atto(['check', config, `data.root=${root}`]);
  expect(code).toBe(1);
  expect(stdout).toContain('fault photo-missing, images that are missing: 7\n- ');
  expect(stdout.match(/is missing, and there is no/g)).toHaveLength(5);
  expect(stdout).toContain('… and 2 more; --json lists them all');
  expect(stdout).toContain('fault photo-unreadable, images that are damaged or cut off: 1\n- ');
  expect(stdout).toContain('8 faults, 0 warnings');

  const json = await atto(['check', config, `data.root=${root}`, '--json']);
  expect(json.code).toBe(1);
  const { complete, faults, warnings, findings, summary } = JSON.parse(json.stdout);
  expect({ complete, faults, warnings }).toEqual({ complete: true, faults: 8, warnings: 0 });
  expect(findings).toHaveLength(8);
  expect(findings[0]).toEqual({
    severity: 'fault',
    code: 'photo-missing',
    file: photo(root, 'train_00001'),
    message: expect.stringContaining('Add the image'),
  });
  expect(summary.map((split: { split: string; images: number }) => [split.split, split.images])).toEqual([
    ['train', 40],
    ['val', 6],
  ]);

  // Without a validation, what is wrong with its images doesn't matter.
  const training = await atto(['train', config, `data.root=${root}`, '--out', path.join(folder, 'run')]);
  expect(training.code).toBe(2);
  expect(training.stderr).toContain("atto: The data has 7 faults that training can't work with:\n- ");

  // Nothing was written, so that the same command works once the data is mended or the setting is there.
  const lenient = ['data.skipUnreadable=true', ...tiny];
  const again = await atto([
    'train',
    config,
    `data.root=${root}`,
    ...lenient,
    '--out',
    path.join(folder, 'run'),
  ]);
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr).toMatch(/train\.txt: images that can't be read, left out: 7 of 40 \(train_00001, /);
  expect(again.stderr).toContain('Training on 33 images; the run is ');
  expect(await readFile(path.join(folder, 'run', 'report.html'), 'utf8')).toContain('left out: 7 of 40');
  const check = await atto(['check', config, `data.root=${root}`, 'data.skipUnreadable=true']);
  expect(check.code).toBe(0);
  expect(check.stdout).toMatch(/left out: 7 of 40 [\s\S]*left out: 1 of 6 \(val_00002\)/);
});

test('checks one split alone', async () => {
  const root = path.join(folder, 'one');
  await cp(path.join(folder, 'data'), root, { recursive: true });
  await rm(photo(root, 'val_00001'));
  const check = (split: string) => atto(['check', config, `data.root=${root}`, '--split', split]);
  expect((await check('train')).code).toBe(0);
  expect((await check('val')).code).toBe(1);
  expect((await check('test')).code).toBe(2);
});

test('data that is not there is wrong usage', async () => {
  const voc = path.join(folder, 'voc.json');
  const data = { format: 'voc', root: '/nowhere' };
  await writeFile(voc, JSON.stringify({ data, training: { steps: 1, learningRate: 0.1 } }));
  const { code, stderr } = await atto(['check', voc]);
  expect(code).toBe(2);
  expect(stderr).toContain('There is no folder /nowhere/VOC2012');
});

test('Ctrl-C ends it with 130, with what was found so far', async () => {
  // So many images that they aren't done before the signal comes.
  const root = path.join(folder, 'many');
  await cp(path.join(folder, 'data'), root, { recursive: true });
  const voc = path.join(root, 'VOC2012');
  const ids = Array.from({ length: 500 }, (_, i) => `copy_${i}`);
  for (const id of ids) {
    for (const name of ['JPEGImages/*.jpg', 'Annotations/*.xml', 'SegmentationObject/*.png']) {
      await link(path.join(voc, name.replace('*', 'train_00001')), path.join(voc, name.replace('*', id)));
    }
  }
  await rm(photo(root, ids[0]));
  await writeFile(path.join(voc, 'ImageSets', 'Segmentation', 'train.txt'), ids.join('\n'));
  let interrupted = false;
  const { code, stdout, stderr } = await atto(['check', config, `data.root=${root}`, '--split', 'train'], {
    watch: (child, text) => {
      if (!interrupted && text.includes('Checking images 1/')) interrupted = child.kill('SIGINT');
    },
  });
  expect(code).toBe(130);
  expect(stderr).toContain('Stopping; the findings so far follow.');
  expect(stdout).toContain('fault photo-missing, images that are missing: 1\n- ');
  expect(stdout).not.toContain('few-examples');
});

test('what convert writes is a data set, too', async () => {
  const out = path.join(folder, 'coco');
  for (const split of ['train', 'val']) {
    const file = path.join(out, `${split}.json`);
    const { code, stderr } = await atto(['convert', config, '--split', split, '--out', file]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/(40|6) images, \d+ objects: .*\.json\nThe images are in .*JPEGImages\n$/);
  }
  const images = path.join(folder, 'data', 'VOC2012', 'JPEGImages');
  const data = {
    format: 'coco',
    root: out,
    train: 'train.json',
    val: 'val.json',
    imagesTrain: images,
    imagesVal: images,
  };
  const coco = path.join(folder, 'coco.json');
  await writeFile(coco, JSON.stringify({ data, training: { steps: 1, learningRate: 0.1 } }));
  const [own, original] = [await atto(['check', coco, '--json']), await atto(['check', config, '--json'])];
  expect([own.code, original.code]).toEqual([0, 0]);
  expect(JSON.parse(own.stdout)).toEqual(JSON.parse(original.stdout));

  const before = await readFile(path.join(out, 'train.json'));
  const onItself = await atto(['convert', coco, '--out', path.join(out, 'train.json')]);
  expect(onItself.code).toBe(2);
  expect(onItself.stderr).toContain('is the file that would be converted');
  expect(await readFile(path.join(out, 'train.json'))).toEqual(before);
});
