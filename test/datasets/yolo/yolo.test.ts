import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/parse.js';
import { checkDataset } from '../../../src/datasets/check.js';
import { convertToCoco } from '../../../src/datasets/convert.js';
import { commonSettings } from '../../../src/datasets/dataset-format.js';
import { openDataset, resolveClasses } from '../../../src/datasets/formats.js';
import { evaluationLoader, trainingLoader } from '../../../src/datasets/loading/loader.js';
import type { Sample, SplitName } from '../../../src/datasets/sample.js';
import type { YoloData } from '../../../src/datasets/yolo/description.js';
import { UserError } from '../../../src/errors.js';
import { decodeMask } from '../../../src/geometry/run-length-mask.js';
import { writeNoise, writeTexts } from '../../support/noise-images.js';
import { tempFolder } from '../../support/temp-folder.js';
import { photoPixels } from '../../support/voc-folder.js';

/** Columns 2 to 5 and rows 1 to 3 of 8×6 pixels. */
const rectangle = '0.25 0.1666667 0.75 0.1666667 0.75 0.6666667 0.25 0.6666667';
/** A triangle with its right angle in the lower left corner of the image. */
const triangle = '0 0 0 1 0.75 1';

const yaml = 'path: .\ntrain: images/train\nval: images/val\nnames: [cat, dog, cow]\n';
const images = ['images/train/a.png', 'images/train/b.png', 'images/train/deep/c.PNG', 'images/val/d.png'];
const texts = {
  'data.yaml': yaml,
  'labels/train/a.txt': `1 ${rectangle}\n2 ${triangle}\n`,
  'labels/train/b.txt': '',
  'labels/val/d.txt': `0 ${rectangle}\n`,
};

/** A data set in Ultralytics' layout in a folder of its own: images of 8×6 pixels, and text files. */
async function writeYoloFolder(
  images: readonly string[],
  texts: Readonly<Record<string, string>>,
): Promise<YoloData> {
  const root = tempFolder();
  await writeNoise(root, images);
  writeTexts(root, texts);
  return {
    ...commonSettings({ format: 'yolo' }),
    format: 'yolo',
    root,
    yaml: 'data.yaml',
    train: 'train',
    val: 'val',
  };
}

async function open(data: YoloData, split: SplitName = 'train') {
  return openDataset(await resolveClasses(data), split, { purpose: 'evaluation' });
}

/** Names of the images' files of a split, without folders. */
async function namesOf(data: YoloData, split: SplitName = 'train'): Promise<string[]> {
  return (await open(data, split)).ids.slice();
}

function rows({ instances }: Sample, object: number): string[] {
  const { mask } = instances[object];
  const pixels = decodeMask(mask);
  return Array.from({ length: mask.height }, (_, y) =>
    [...pixels.subarray(y * mask.width, (y + 1) * mask.width)].map((inside) => (inside ? '#' : '.')).join(''),
  );
}

describe('images and polygons', () => {
  it('are read with masks, boxes and classes by their names', async () => {
    const data = await writeYoloFolder(images, texts);
    expect(await resolveClasses(data)).toEqual({ ...data, classes: ['cat', 'dog', 'cow'] });
    const dataset = await open(data);
    expect(dataset).toMatchObject({
      source: path.join(data.root, 'images/train'),
      imagesFolder: path.join(data.root, 'images/train'),
      names: ['cat', 'dog', 'cow'],
      ids: ['a', 'b', 'c'],
      notices: [],
    });
    const sample = await dataset.load('a');
    expect(sample).toMatchObject({ id: 'a', imageId: 'a', ignored: [] });
    expect(sample.image).toEqual({ width: 8, height: 6, data: photoPixels('a', 8, 6) });
    expect(sample.instances.map(({ label, box }) => [label, box])).toEqual([
      [1, [2, 1, 6, 4]],
      [2, [0, 0, 6, 6]],
    ]);
    expect(rows(sample, 0)).toEqual(['........', '..####..', '..####..', '..####..', '........', '........']);
    // A pixel belongs to the triangle where its middle does: x < y.
    expect(rows(sample, 1)).toEqual(['#.......', '##......', '###.....', '####....', '#####...', '######..']);
    // Neither an empty label file nor none is a fault.
    expect((await dataset.load('b')).instances).toEqual([]);
    expect((await dataset.load('c')).instances).toEqual([]);
    expect((await (await open(data, 'val')).load('d')).instances).toMatchObject([
      { label: 0, box: [2, 1, 6, 4] },
    ]);
  });

  it('without objects are trained on as background', async () => {
    const data = await writeYoloFolder(images, texts);
    const training = await openDataset(await resolveClasses(data), 'train');
    expect(training.ids).toEqual(['a', 'b', 'c']);
    expect(training.notices).toEqual([]);
    expect((await training.load('b')).instances).toEqual([]);
    const chosen = await openDataset({ ...data, classes: ['cow'] }, 'train');
    const { instances, ignored } = await chosen.load('a');
    expect([instances.map(({ label }) => label), ignored.length]).toEqual([[0], 1]);
    await expect(openDataset({ ...data, classes: ['cat'] }, 'train')).rejects.toThrow(/cow \(1\), dog \(1\)/);
    await expect(openDataset({ ...data, classes: ['dgo'] }, 'train')).rejects.toThrow(
      /data\.yaml has no class "dgo"; did you mean "dog"/,
    );
  });

  it.each([0, 2])('come from %i threads alike', async (workers) => {
    const data = await resolveClasses(await writeYoloFolder(images, texts));
    const dataset = await openDataset(data, 'val');
    const samples: Sample[] = [];
    for await (const sample of evaluationLoader({ dataset, workers, ahead: 2 })) samples.push(sample);
    expect(samples).toEqual([await dataset.load('d')]);
    const training = await openDataset(data, 'train');
    const loader = trainingLoader({
      dataset: training,
      workers,
      ahead: 2,
      seed: 1,
      start: 0,
      horizontalFlip: 0,
    });
    expect(await loader.next()).toEqual(await training.load('a'));
    await loader.close();
  });

  it('become a COCO annotation file', async () => {
    const data = await resolveClasses(await writeYoloFolder(images, texts));
    const file = path.join(tempFolder(), 'train.json');
    const converted = await convertToCoco(data, 'train', file);
    const imagesFolder = path.join(data.root, 'images/train');
    expect(converted).toEqual({ images: 3, objects: 2, notices: [], imagesFolder });
    const folder = path.join(data.root, 'images/train');
    const both = { train: file, val: file, imagesTrain: folder, imagesVal: folder };
    const coco = { format: 'coco', root: data.root, ...both, classes: data.classes };
    const written = await openDataset(coco, 'train', { purpose: 'evaluation' });
    const original = await open(data);
    expect(written.ids).toEqual(original.ids);
    for (const id of original.ids) {
      const { image, instances } = await original.load(id);
      const read = await written.load(id);
      expect(read.image).toEqual(image);
      expect(read.instances.map(({ area, ...rest }) => rest)).toEqual(instances);
    }
  });

  it('have ids of their own where several have one name', async () => {
    const files = ['images/train/x/a.png', 'images/train/y/A.png', 'images/train/y/b.png'];
    const labels = { 'labels/train/x/a.txt': `0 ${rectangle}`, 'labels/train/y/A.txt': `1 ${rectangle}` };
    const dataset = await open(await writeYoloFolder(files, { 'data.yaml': yaml, ...labels }));
    expect(dataset.ids).toEqual(['x-a', 'y-A', 'b']);
    expect((await dataset.load('y-A')).instances[0].label).toBe(1);
  });
});

describe('lines of a label file', () => {
  const lines = (...more: readonly string[]) => [`1 ${rectangle}`, ...more].join('\n');
  const findingsOf = async (text: string) => {
    const data = await writeYoloFolder(images, { ...texts, 'labels/train/a.txt': text });
    const { findings } = await checkDataset(data, { splits: ['train'], workers: 0 });
    const file = path.join(data.root, 'labels/train/a.txt');
    return findings.filter((finding) => finding.file === file);
  };

  it.each([
    ['a box', '0 0.5 0.5 0.25 0.25', 'fault', 'segmentation-missing', 'is a box (5 numbers'],
    ['an unknown class', `3 ${rectangle}`, 'fault', 'unknown-class', "the class 3 isn't one of"],
    ['half a class', `0.5 ${rectangle}`, 'fault', 'unknown-class', '0 cat, 1 dog, 2 cow'],
    ['an odd count', '0 0 0 0 1 1 1 0.5', 'fault', 'segmentation-invalid', 'has 7 numbers behind its class'],
    ['one point', '0 0.5 0.5', 'fault', 'segmentation-invalid', 'has 1 point, but a polygon has at least 3'],
    ['a class alone', '0', 'fault', 'segmentation-invalid', 'has 0 points'],
    ['pixels', '0 0 0 0 100 100 100', 'fault', 'segmentation-invalid', 'has the coordinate 100'],
    ['a negative value', '0 0 0 0 1 -0.2 1', 'fault', 'segmentation-invalid', 'has the coordinate -0.2'],
    ['a little beyond', '0 0 0 0 1.003 1 1', 'warning', 'polygon-outside-image', 'has the coordinate 1.003'],
    ['a word', '0 0 0 0 1 one 1', 'fault', 'annotation-unreadable', '"one" is no number'],
  ] as const)('may have %s, which is found with its line', async (_, line, severity, code, part) => {
    const findings = await findingsOf(lines('', line));
    expect(findings).toMatchObject([{ severity, code, object: 3 }]);
    expect(findings[0].message).toMatch(/a\.txt, line 3: /);
    expect(findings[0].message).toContain(part);
  });

  it('may end as on Windows, begin with a byte order mark, and have blanks and decimals', async () => {
    const data = await writeYoloFolder(images, {
      ...texts,
      'labels/train/a.txt': `\uFEFF2.0\t${rectangle}  \r\n\r\n  1 ${triangle}\r\n`,
    });
    expect(await findingsOf(`\uFEFF2.0\t${rectangle}  \r\n`)).toEqual([]);
    const { instances } = await (await open(data)).load('a');
    expect(instances.map(({ label }) => label)).toEqual([2, 1]);
  });

  it('may repeat an object, or leave no pixel of it', async () => {
    expect(await findingsOf(lines(`1 ${rectangle}`))).toMatchObject([
      { code: 'duplicate-object', object: 2, message: expect.stringContaining('line 2 (dog), covers') },
    ]);
    expect(await findingsOf(lines('0 0.5 0.5 0.5 0.5 0.5 0.5'))).toMatchObject([
      { code: 'empty-mask', object: 2 },
    ]);
  });

  it('are refused where training would read them', async () => {
    const data = await writeYoloFolder(images, { ...texts, 'labels/train/a.txt': '0 0.5 0.5 0.25 0.25' });
    const dataset = await openDataset(await resolveClasses(data), 'train');
    await expect(dataset.load('a')).rejects.toThrow(UserError);
    await expect(dataset.load('a')).rejects.toThrow(/a\.txt, line 1: is a box/);
  });
});

describe('data.yaml', () => {
  const splitsOf = (lines: string, file = 'data.yaml') => ({
    ...texts,
    [file]: `${lines}\nnames: {0: cat, 1: dog, 2: cow}\n`,
  });

  it('may name classes in a list or a map, with gaps, as texts, or count them', async () => {
    const named = async (names: string) => {
      const data = await writeYoloFolder(images, {
        ...texts,
        'data.yaml': `train: images/train\n${names}\n`,
      });
      return (await resolveClasses(data)).classes;
    };
    expect(await named('names: [\'cat\', "a dog"]')).toEqual(['cat', 'a dog']);
    expect(await named('names:\r\n  2: no\r\n  0: 1e3 # thousand\r\n')).toEqual(['1e3', 'no']);
    expect(await named('nc: 2')).toEqual(['class_0', 'class_1']);
    await expect(named('names: {cat: 0}')).rejects.toThrow('names has the entry cat: "0"');
    await expect(named('classes: [cat]')).rejects.toThrow('data.yaml names no classes');
    await expect(named('names: [cat')).rejects.toThrow(/data\.yaml isn't YAML: .*line 3/);
  });

  it('may disagree with itself about their number', async () => {
    const data = await writeYoloFolder(images, { ...texts, 'data.yaml': `${yaml}nc: 4\n` });
    const { findings } = await checkDataset(data, { workers: 0 });
    expect(findings[0]).toMatchObject({ severity: 'warning', code: 'annotation-odd' });
    expect(findings[0].message).toContain('says nc: 4, but has 3 names');
    const { findings: none } = await checkDataset(await writeYoloFolder(images, texts), { workers: 0 });
    expect(none.filter(({ code }) => code !== 'few-examples')).toEqual([]);
  });

  it.each([
    ['a folder that all images are below', 'train: images', ['d', 'a', 'b', 'c'].sort()],
    ['several folders', 'train: [images/val, images/train/deep]', ['d', 'c']],
    ["Roboflow's paths, one folder too high", 'train: ../images/val', ['d']],
    ['a path of another machine', 'path: /nowhere/data\ntrain: images/val', ['d']],
    ['a path on Windows', 'path: C:\\data\ntrain: images\\val', ['d']],
    ['a list with lines that start from its folder', 'train: lists/own.txt', ['a', 'd']],
    ["a list with lines that start from the data's folder", 'train: lists/whole.txt', ['b', 'd']],
    ['a list and a folder', 'train: [lists/own.txt, images/train/deep]', ['a', 'd', 'c']],
  ])('may give images by %s', async (_, lines, ids) => {
    const data = await writeYoloFolder(images, splitsOf(lines));
    writeTexts(data.root, {
      'lists/own.txt': '\uFEFF./../images/train/a.png\r\n\r\n../images/val/d.png \r\n',
      'lists/whole.txt': 'images/train/b.png\nimages\\val\\d.png\n',
    });
    expect(await namesOf(data)).toEqual(ids);
  });

  it('may give absolute paths, and paths from the folder above', async () => {
    const data = await writeYoloFolder(images, texts);
    const { root } = data;
    writeTexts(root, splitsOf(`path: ${root}\ntrain: ${path.join(root, 'images/val')}`));
    expect(await namesOf(data)).toEqual(['d']);
    writeTexts(root, splitsOf(`path: ${path.basename(root)}/images\ntrain: val`));
    expect(await namesOf(data)).toEqual(['d']);
    writeTexts(root, {
      'list.txt': `${path.join(root, 'images/val/d.png')}\n`,
      ...splitsOf('train: list.txt'),
    });
    expect(await namesOf(data)).toEqual(['d']);
  });

  it('may have another name, and other keys', async () => {
    const data = await writeYoloFolder(images, splitsOf('test: images/val', 'mine.yaml'));
    const { root } = data;
    const config = parseConfig(
      {
        data: { format: 'yolo', root, yaml: 'mine.yaml', val: 'test' },
        training: { steps: 1, learningRate: 1 },
      },
      [],
      'test.ts',
    );
    expect((await openDataset(await resolveClasses(config.data), 'val')).ids).toEqual(['d']);
    const opening = expect(openDataset({ ...config.data, classes: ['cat'] }, 'train')).rejects;
    await opening.toThrow('mine.yaml has no train, which would say where images are; it has test.');
    rmSync(path.join(root, 'data.yaml'));
    const advice = (place: string) => expect(resolveClasses({ ...data, root: place })).rejects;
    await advice(root).toThrow(
      `There is no file ${path.join(root, 'data.yaml')}. There is mine.yaml: set data.yaml=mine`,
    );
    await advice(path.join(root, 'mine.yaml')).toThrow(`data.root=${root} data.yaml=mine.yaml`);
    await advice(path.join(root, 'nowhere')).toThrow("nowhere isn't there");
  });

  it('is refused where it leads nowhere', async () => {
    const data = await writeYoloFolder(images, splitsOf('train: photos'));
    await expect(open(data)).rejects.toThrow(
      `train is photos, but there is no ${path.join(data.root, 'photos')}.`,
    );
    writeTexts(data.root, splitsOf('train: labels'));
    await expect(open(data)).rejects.toThrow('labels has no images');
    writeTexts(data.root, splitsOf('train: pictures'));
    await writeNoise(data.root, ['pictures/x.png']);
    await expect(open(data)).rejects.toThrow(`${path.join(data.root, 'pictures/x.txt')} isn't there`);
    // Where no folder is called images, labels lie beside them.
    writeFileSync(path.join(data.root, 'pictures/x.txt'), `0 ${rectangle}`);
    expect((await (await open(data)).load('x')).instances).toHaveLength(1);
  });

  it('may list images under other names, which is said', async () => {
    const data = await writeYoloFolder(images, splitsOf('train: list.txt\nval: images/val'));
    writeTexts(data.root, { 'list.txt': '/home/someone/images/train/A.PNG\n' });
    expect([...(await openDataset(data, 'train')).ids]).toEqual(['a']);
    const { findings } = await checkDataset(data, { workers: 0 });
    expect(findings.map(({ code }) => code)).toContain('image-renamed');
  });

  it('may list an image twice, and images that are missing', async () => {
    const data = await writeYoloFolder(images, splitsOf('train: list.txt\nval: images/val'));
    writeTexts(data.root, { 'list.txt': 'images/train/a.png\nimages/train/a.png\nimages/train/gone.png\n' });
    const { findings } = await checkDataset(data, { workers: 0 });
    expect(findings.slice(0, 2).map(({ code, message }) => [code, message])).toEqual([
      ['duplicate-id', expect.stringMatching(/list\.txt has 1 images more than once, such as .*a\.png/)],
      ['photo-missing', expect.stringContaining('gone.png is missing')],
    ]);
    await expect(open(data)).rejects.toThrow('more than once');
  });
});
