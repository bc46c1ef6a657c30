import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/parse.js';
import { checkDataset } from '../../../src/datasets/check.js';
import { convertToCoco } from '../../../src/datasets/convert.js';
import type { DataSettings } from '../../../src/datasets/dataset-format.js';
import { openDataset, resolveClasses } from '../../../src/datasets/formats.js';
import { evaluationLoader, trainingLoader } from '../../../src/datasets/loading/loader.js';
import type { Sample, SplitName } from '../../../src/datasets/sample.js';
import { decodeMask } from '../../../src/geometry/run-length-mask.js';
import { writeNoise, writeTexts } from '../../support/noise-images.js';
import { tempFolder } from '../../support/temp-folder.js';
import { photoPixels } from '../../support/voc-folder.js';

type Shape = Readonly<Record<string, unknown>>;

const polygon = {
  label: 'cat',
  points: [
    [1, 0],
    [4, 0],
    [4, 3],
    [1, 3],
  ],
  group_id: null,
  shape_type: 'polygon',
};
/** Corners in another order than labelme's. */
const rectangle = {
  label: 'dog',
  points: [
    [5, 4],
    [2, 1],
  ],
  group_id: null,
  shape_type: 'rectangle',
};
const circle = {
  label: 'cat',
  points: [
    [3, 3],
    [3, 5],
  ],
  group_id: null,
  shape_type: 'circle',
};

/** A file as labelme writes it, about an image of 8×6 pixels. */
function fileOf(image: string, shapes: readonly Shape[], more: Shape = {}): string {
  const size = { imageHeight: 6, imageWidth: 8 };
  return JSON.stringify({
    version: '5.5.0',
    flags: {},
    shapes,
    imagePath: image,
    imageData: null,
    ...size,
    ...more,
  });
}

async function writeLabelme(
  images: readonly string[],
  texts: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Promise<DataSettings> {
  const root = tempFolder();
  await writeNoise(root, images);
  writeTexts(root, texts);
  const input = { data: { format: 'labelme', root, ...more }, training: { steps: 1, learningRate: 1 } };
  return parseConfig(input, [], 'test.ts').data;
}

/** Two images to learn from, one of them without objects, and one to measure on. */
const images = ['train/a.png', 'train/b.png', 'val/c.png'];
const texts = {
  'train/a.json': fileOf('a.png', [polygon, rectangle]),
  'train/b.json': fileOf('b.png', []),
  'val/c.json': fileOf('c.png', [circle]),
};
const folder = () => writeLabelme(images, texts);

async function open(data: DataSettings, split: SplitName = 'train') {
  return openDataset(await resolveClasses(data), split, { purpose: 'evaluation' });
}

/** The objects of one image, as lines of pixels. */
async function drawn(shapes: readonly Shape[], more: Shape = {}): Promise<string[][]> {
  const data = await writeLabelme(['train/a.png'], { 'train/a.json': fileOf('a.png', shapes, more) });
  const { instances, ignored } = await (await open(data)).load('a');
  return [...instances, ...ignored].map(({ mask }) => {
    const pixels = [...decodeMask(mask)].map((inside) => (inside ? '#' : '.')).join('');
    return Array.from({ length: mask.height }, (_, y) => pixels.slice(y * mask.width, (y + 1) * mask.width));
  });
}

async function pngOf(rows: readonly string[], value: number): Promise<string> {
  const [width, height] = [rows[0].length, rows.length];
  const data = Uint8Array.from([...rows.join('')].map((pixel) => (pixel === '#' ? value : 0)));
  const png = await sharp(data, { raw: { width, height, channels: 1 } })
    .toColorspace('b-w')
    .png()
    .toBuffer();
  return png.toString('base64');
}

describe('files of labelme', () => {
  it('are read with masks, boxes and classes by their labels', async () => {
    const data = await folder();
    expect(await resolveClasses(data)).toEqual({ ...data, classes: ['cat', 'dog'] });
    const dataset = await open(data);
    expect(dataset).toMatchObject({
      source: path.join(data.root, 'train'),
      imagesFolder: path.join(data.root, 'train'),
      names: ['cat', 'dog'],
      ids: ['a', 'b'],
      notices: [],
    });
    const { id, imageId, image, instances } = await dataset.load('a');
    expect([id, imageId, image]).toEqual(['a', 'a', { width: 8, height: 6, data: photoPixels('a', 8, 6) }]);
    expect(instances.map(({ label, box }) => [label, box])).toEqual([
      [0, [1, 0, 4, 3]],
      [1, [2, 1, 5, 4]],
    ]);
    expect((await dataset.load('b')).instances).toEqual([]);
    expect((await (await open(data, 'val')).load('c')).instances).toMatchObject([
      { label: 0, box: [1, 1, 5, 5] },
    ]);
    const { findings } = await checkDataset(data, { workers: 0 });
    expect(findings.filter(({ code }) => code !== 'few-examples')).toMatchObject([
      { code: 'class-lists-differ', object: 'dog' },
    ]);
  });

  it('whose objects are all of other classes are left out of training', async () => {
    const data = await folder();
    const training = await openDataset(await resolveClasses(data), 'train');
    expect(training.ids).toEqual(['a', 'b']);
    expect(training.notices).toEqual([]);
    expect((await training.load('b')).instances).toEqual([]);
    const chosen = await openDataset({ ...data, classes: ['dog'] }, 'train');
    const { instances, ignored } = await chosen.load('a');
    expect([instances.length, instances[0].label, ignored.length]).toEqual([1, 0, 1]);
    await expect(openDataset({ ...data, classes: ['dgo'] }, 'train')).rejects.toThrow(
      /no file of .*train has the label "dgo"; did you mean "dog"\?/,
    );
    // A label may be missing where nothing is learned.
    expect((await openDataset({ ...data, classes: ['dog'] }, 'val')).ids).toEqual(['c']);
  });

  it.each([0, 2])('come from %i threads alike', async (workers) => {
    const data = await resolveClasses(await folder());
    const dataset = await openDataset(data, 'val');
    const samples: Sample[] = [];
    for await (const sample of evaluationLoader({ dataset, workers, ahead: 2 })) samples.push(sample);
    expect(samples).toEqual([await dataset.load('c')]);
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
    const data = await resolveClasses(await folder());
    const file = path.join(tempFolder(), 'train.json');
    const imagesFolder = path.join(data.root, 'train');
    expect(await convertToCoco(data, 'train', file)).toEqual({
      images: 2,
      objects: 2,
      notices: [],
      imagesFolder,
    });
    const both = { train: file, val: file, imagesTrain: imagesFolder, imagesVal: imagesFolder };
    const written = await open({ format: 'coco', root: data.root, ...both });
    const original = await open(data);
    expect([written.ids, written.classes]).toEqual([original.ids, original.classes]);
    for (const id of original.ids) {
      const { image, instances } = await original.load(id);
      const read = await written.load(id);
      expect(read.image).toEqual(image);
      expect(read.instances.map(({ area, ...rest }) => rest)).toEqual(instances);
    }
  });

  it.each([
    ['of files', 'a.json\r\n\r\n sub/d.json \r\n'],
    ['of images', '\uFEFFa.png\nsub\\d.png'],
    ['of stems', 'a\nsub/d\nsub/d'],
    ["from the data's folder", 'train/a.png\ntrain/sub/d.json\n'],
  ])('may be named by a list %s', async (_, list) => {
    const all = { ...texts, 'train/sub/d.json': fileOf('d.png', [circle]), 'train/some.txt': list };
    const data = await writeLabelme([...images, 'train/sub/d.png'], all, { train: 'train/some.txt' });
    const dataset = await open(data);
    expect(dataset.ids).toEqual(['a', 'd']);
    expect((await dataset.load('d')).instances).toHaveLength(1);
  });

  it('are searched in folders below, with ids of their own, without what is hidden', async () => {
    const more = { 'train/x/a.json': fileOf('a.png', [circle]), 'train/.old/a.json': '' };
    const data = await writeLabelme([...images, 'train/x/a.png'], { ...texts, ...more });
    const dataset = await open(data);
    expect(dataset.ids).toEqual(['a', 'b', 'x-a']);
    expect((await dataset.load('x-a')).instances).toHaveLength(1);
  });

  it('may be missing beside an image, which is said', async () => {
    const data = await writeLabelme([...images, 'train/new.png'], texts);
    const { findings } = await checkDataset(data, { workers: 0 });
    expect(findings[0]).toMatchObject({ severity: 'warning', code: 'annotation-missing' });
    expect(findings[0].message).toMatch(
      /train has images without a JSON file, which are left out \(1\): new\.png/,
    );
    const training = await openDataset(await resolveClasses(data), 'train');
    expect(training.notices).toHaveLength(1);
    await expect(open({ ...data, root: path.join(data.root, 'val') })).rejects.toThrow(
      'There is no folder or list',
    );
    rmSync(path.join(data.root, 'val/c.json'));
    await expect(openDataset({ ...data, classes: ['cat'] }, 'val')).rejects.toThrow(
      'val has no files of labelme',
    );
  });
});

describe('shapes', () => {
  it('are polygons, rectangles, circles and masks', async () => {
    const mask = {
      label: 'dog',
      // The upper left pixel is the fifth of the fourth row.
      points: [
        [4.4, 2.6],
        [6.4, 3.6],
      ],
      group_id: null,
      shape_type: 'mask',
      mask: await pngOf(['#.#', '.##'], 1),
    };
    expect(await drawn([{ ...polygon, shape_type: undefined }, rectangle, circle, mask])).toEqual([
      ['.###....', '.###....', '.###....', '........', '........', '........'],
      ['........', '..###...', '..###...', '..###...', '........', '........'],
      ['........', '..##....', '.####...', '.####...', '..##....', '........'],
      ['........', '........', '........', '....#.#.', '.....##.', '........'],
    ]);
  });

  it('are cut off at the border', async () => {
    const mask = await pngOf(['##', '##'], 255);
    const shapes = [
      {
        label: 'cat',
        points: [
          [-1, -1],
          [0, 0],
        ],
        shape_type: 'mask',
        mask,
      },
      {
        label: 'cat',
        points: [
          [7, 5],
          [8, 6],
        ],
        shape_type: 'mask',
        mask,
      },
      {
        label: 'cat',
        points: [
          [8, 6],
          [8, 4],
        ],
        shape_type: 'circle',
      },
    ];
    expect(await drawn(shapes)).toEqual([
      ['#.......', '........', '........', '........', '........', '........'],
      ['........', '........', '........', '........', '........', '.......#'],
      ['........', '........', '........', '........', '.......#', '......##'],
    ]);
  });

  it('with the same label and group are one object', async () => {
    const corner = {
      ...rectangle,
      points: [
        [6, 4],
        [8, 6],
      ],
    };
    const shapes = [
      {
        ...rectangle,
        group_id: 1,
        points: [
          [0, 0],
          [2, 2],
        ],
      },
      { ...corner, label: 'cat', group_id: 1 },
      { ...corner, group_id: 1 },
      { ...corner, group_id: 2 },
      corner,
      corner,
    ];
    const objects = await drawn(shapes);
    const one = ['........', '........', '........', '........', '......##', '......##'];
    expect(objects).toEqual([
      ['##......', '##......', '........', '........', '......##', '......##'],
      one,
      one,
      one,
      one,
    ]);
  });

  it("that labelme's convention ignores are neither examples nor background", async () => {
    const shapes = [polygon, { ...rectangle, label: '__ignore__' }, { ...circle, label: '_background_' }];
    const data = await writeLabelme(['train/a.png'], { 'train/a.json': fileOf('a.png', shapes) });
    const dataset = await open(data);
    expect([dataset.classes, dataset.names]).toEqual([['cat'], ['cat']]);
    const { instances, ignored } = await dataset.load('a');
    expect([instances.length, ignored.map(({ box }) => box)]).toEqual([1, [[2, 1, 5, 4]]]);
  });

  const findingsOf = async (shape: Shape, more: Shape = {}) => {
    const all = { ...texts, 'train/a.json': fileOf('a.png', [polygon, shape], more) };
    const { findings } = await checkDataset(await writeLabelme(images, all), {
      splits: ['train'],
      workers: 0,
    });
    return findings.filter(({ code }) => code !== 'few-examples');
  };

  it.each([
    [
      'a line',
      { shape_type: 'linestrip' },
      'warning',
      'annotation-odd',
      '(dog) is a linestrip, which has no area',
    ],
    ['a point', { shape_type: 'point' }, 'warning', 'annotation-odd', 'is a point, which has no area'],
    [
      'another type',
      { shape_type: 'cube' },
      'fault',
      'segmentation-invalid',
      "the shape_type cube, which isn't known",
    ],
    [
      '2 points',
      { shape_type: 'polygon' },
      'fault',
      'segmentation-invalid',
      'has 2 points, but a polygon has at least 3',
    ],
    [
      '1 corner',
      { points: [[1, 1]] },
      'fault',
      'segmentation-invalid',
      'has 1 point, but a rectangle has 2 corners',
    ],
    ['no mask', { shape_type: 'mask' }, 'fault', 'segmentation-invalid', 'has no mask: a PNG in base64'],
    [
      'a broken mask',
      { shape_type: 'mask', mask: 'aGVsbG8=' },
      'fault',
      'segmentation-invalid',
      'its mask is not',
    ],
    ['no label', { label: null }, 'fault', 'annotation-unreadable', "shape 2 can't be read: label: "],
    ['no numbers', { points: [[1, 'x']] }, 'fault', 'annotation-unreadable', 'points.0.1: '],
    [
      'pixels beyond',
      {
        points: [
          [0, 0],
          [12, 4],
        ],
      },
      'warning',
      'polygon-outside-image',
      'it spans [0, 0, 12, 4]',
    ],
  ] as const)('may be %s, which is found', async (_, change, severity, code, part) => {
    const findings = await findingsOf({ ...rectangle, ...change });
    expect(findings).toMatchObject([{ severity, code, object: 2 }]);
    expect(findings[0].message).toMatch(/a\.json: shape 2 /);
    expect(findings[0].message).toContain(part);
  });
});

describe('the image of a file', () => {
  it.each([
    ['in another folder', '../pictures/a.png', 'pictures/a.png'],
    ['in another folder, from Windows', '..\\pictures\\a.png', 'pictures/a.png'],
    ['beside it, with a path of another machine', 'C:\\Users\\me\\a.png', 'train/a.png'],
    ['beside it, under its name', 'renamed.jpg', 'train/a.png'],
    ['beside it, without a path', null, 'train/a.png'],
  ])('may lie %s', async (_, imagePath, place) => {
    const text = JSON.stringify({ shapes: [polygon], imagePath, imageHeight: null });
    const data = await writeLabelme([place], { 'train/a.json': text });
    const { image, instances } = await (await open(data)).load('a');
    expect([image.data, instances.length]).toEqual([photoPixels('a', 8, 6), 1]);
  });

  it('may lie beside it under a name in other capitals or with escapes', async () => {
    const text = JSON.stringify({ shapes: [polygon], imagePath: 'My%20Image.JPG', imageHeight: null });
    const data = await writeLabelme(['train/my image.jpg'], { 'train/a.json': text });
    const { image } = await (await open(data)).load('a');
    expect(image.data).toEqual(photoPixels('my image', 8, 6));
  });

  it('may lie inside of it', async () => {
    const data = await folder();
    const { root } = data;
    const imageData = readFileSync(path.join(root, 'train/a.png')).toString('base64');
    writeTexts(root, { 'train/a.json': fileOf('a.png', [polygon], { imageData }) });
    rmSync(path.join(root, 'train/a.png'));
    const { image } = await (await open(data)).load('a');
    expect(image).toEqual({ width: 8, height: 6, data: photoPixels('a', 8, 6) });
    const { findings } = await checkDataset(data, { workers: 0 });
    expect(findings.filter(({ severity }) => severity === 'fault')).toEqual([]);
    const converted = await convertToCoco(await resolveClasses(data), 'train', path.join(root, 'coco.json'));
    expect(converted?.notices).toEqual([
      expect.stringMatching(/^1 images are part of .*, such as .*train\/a\.png\. Save/),
    ]);
    writeTexts(root, { 'train/a.json': fileOf('a.png', [polygon], { imageData: 'aGVsbG8=' }) });
    const { findings: broken } = await checkDataset(data, { workers: 0 });
    expect(broken[0]).toMatchObject({ code: 'photo-unreadable', file: path.join(root, 'train/a.json') });
  });

  it('may be missing or of another size, and the file damaged', async () => {
    const data = await folder();
    const { root } = data;
    writeTexts(root, {
      'train/a.json': fileOf('a.png', [polygon], { imageHeight: 8, imageWidth: 6 }),
      'train/b.json': fileOf('gone.png', [polygon]),
      'val/c.json': '{"shapes": [',
    });
    rmSync(path.join(root, 'train/b.png'));
    writeFileSync(path.join(root, 'val/d.json'), '{"images": [], "annotations": []}');
    const { findings } = await checkDataset(data, { workers: 0 });
    const faults = findings.filter(({ severity }) => severity === 'fault');
    expect(faults.map(({ code, message }) => [code, message])).toEqual([
      [
        'size-mismatch',
        expect.stringMatching(/a\.json is 6×8 but .*a\.png is 8×6 pixels\. The mask seems to be drawn/),
      ],
      ['photo-missing', expect.stringMatching(/train\/gone\.png is missing, the image of .*b\.json/)],
      ['annotation-unreadable', expect.stringContaining('c.json is cut off')],
      ['annotation-unreadable', expect.stringMatching(/d\.json isn't a labelme file: shapes: /)],
    ]);
  });
});
