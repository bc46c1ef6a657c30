import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CocoData } from '../../../src/datasets/coco/layout.js';
import { classesOf, openDataset, resolveClasses } from '../../../src/datasets/formats.js';
import { groundTruthObject } from '../../../src/datasets/ground-truth.js';
import { evaluationLoader, trainingLoader } from '../../../src/datasets/loading/loader.js';
import type { Sample } from '../../../src/datasets/sample.js';
import { UserError } from '../../../src/errors.js';
import { type Instances, writeCocoFolder } from '../../support/coco-folder.js';
import { photoPixels, remove } from '../../support/voc-folder.js';

const size = { width: 12, height: 10 };
const square = (x: number, y: number, side: number) => [x, y, x + side, y, x + side, y + side, x, y + side];
const annotation = { image_id: 139, category_id: 18, iscrowd: 0, area: 9, bbox: [1, 2, 3, 3] };
/** Category ids are neither in the order of the names nor without gaps. */
const train: Instances = {
  images: [
    { id: 285, file_name: '000000000285.png', ...size },
    { id: 139, file_name: '000000000139.png', ...size },
    { id: 7, file_name: 'empty.png', ...size },
  ],
  categories: [
    { id: 18, name: 'dog' },
    { id: 1, name: 'person' },
    { id: 3, name: 'car' },
  ],
  annotations: [
    { ...annotation, id: 5, segmentation: [square(1, 2, 3)] },
    {
      ...annotation,
      id: 4,
      category_id: 1,
      bbox: [5.5, 5, 2, 9],
      area: 12.5,
      segmentation: [square(5, 5, 2)],
    },
    {
      ...annotation,
      id: 6,
      category_id: 1,
      iscrowd: 1,
      bbox: [0, 0, 12, 1],
      area: 12,
      segmentation: { size: [10, 12], counts: [0, 1, 9, 1, 9, 1, 99] },
    },
    { ...annotation, id: 8, image_id: 285, category_id: 3, difficult: 1, segmentation: [square(1, 2, 3)] },
  ],
};

const open = async (data: CocoData, split: 'train' | 'val' = 'train') =>
  openDataset(await resolveClasses(data), split);

describe('openCoco', () => {
  it('reads images, masks, boxes, classes by rising id, and flags', async () => {
    const data = await writeCocoFolder(train);
    expect(await resolveClasses(data)).toEqual({ ...data, classes: ['person', 'car', 'dog'] });
    const dataset = await open(data, 'val');
    expect(dataset.ids).toEqual(['empty', '000000000139', '000000000285']);
    const { id, imageId, image, instances, ignored } = await dataset.load('000000000139');
    expect([id, imageId]).toEqual(['000000000139', 139]);
    expect(image).toEqual({ ...size, data: photoPixels(id, size.width, size.height) });
    expect(instances.map(({ mask, ...rest }) => rest)).toEqual([
      { box: [1, 2, 4, 5], label: 2, difficult: false, crowd: false, area: 9 },
      { box: [5.5, 5, 7.5, 14], label: 0, difficult: false, crowd: false, area: 12.5 },
      { box: [0, 0, 12, 1], label: 0, difficult: false, crowd: true, area: 12 },
    ]);
    expect(instances.map(({ mask }) => [...mask.counts])).toEqual([
      [12, 3, 7, 3, 7, 3, 85],
      [55, 2, 8, 2, 53],
      [0, 1, 9, 1, 9, 1, 99],
    ]);
    expect(ignored).toEqual([]);
    // COCO's protocol goes by the annotated area.
    expect(groundTruthObject(instances[1]).area).toBe(12.5);
    expect((await dataset.load('000000000285')).instances[0].difficult).toBe(true);
    expect((await dataset.load('empty')).instances).toEqual([]);
  });

  it('cuts boxes off at the border for training', async () => {
    const data = await writeCocoFolder(train);
    const { instances } = await (await open(data)).load('000000000139');
    expect(instances[1].box).toEqual([5.5, 5, 7.5, 10]);
  });

  it('leaves out images whose objects teach nothing for training, and says how many', async () => {
    const data = await writeCocoFolder(train);
    const all = await open(data);
    expect(all.ids).toEqual(['empty', '000000000139', '000000000285']);
    expect(all.notices).toEqual([]);
    expect((await all.load('empty')).instances).toEqual([]);
    const people = await open({ ...data, classes: ['person'] });
    expect(people.ids).toEqual(['empty', '000000000139']);
    expect(people.notices).toEqual([
      expect.stringMatching(/1 of 3 images of .*train\.json have objects, but none of data\.classes/),
    ]);
    const { instances, ignored } = await people.load('000000000139');
    expect(instances.map(({ label, crowd }) => [label, crowd])).toEqual([
      [0, false],
      [0, true],
    ]);
    expect(ignored.map(({ box }) => box)).toEqual([[1, 2, 4, 5]]);
    const annotations = train.annotations.slice(2, 3);
    const crowd = await writeCocoFolder({ ...train, annotations });
    await expect(open({ ...crowd, classes: ['person'] })).rejects.toThrow(
      /No image of .*train\.json has an object .* images: crowds of person \(1\)\. .*: 1 of 1\. .*data\.crowds=objects/,
    );
  });

  it('knows classes by their names, whatever their order and ids in the files', async () => {
    const val = {
      ...train,
      categories: [
        { id: 1, name: 'dog' },
        { id: 2, name: 'person' },
        { id: 9, name: 'cow' },
      ],
      annotations: [
        { ...annotation, id: 1, category_id: 1, segmentation: [square(1, 2, 3)] },
        { ...annotation, id: 2, category_id: 2, segmentation: [square(1, 2, 3)] },
        { ...annotation, id: 3, category_id: 9, segmentation: [square(1, 2, 3)] },
      ],
    };
    const dataset = await open(await writeCocoFolder(train, val), 'val');
    expect(dataset.classes).toEqual(['person', 'car', 'dog']);
    expect(dataset.notices).toEqual([expect.stringMatching(/val\.json has no category car/)]);
    const { instances, ignored } = await dataset.load('000000000139');
    expect(instances.map(({ label }) => label)).toEqual([2, 0]);
    expect(ignored).toHaveLength(1);
  });

  it('says which class was meant', async () => {
    const data = await writeCocoFolder(train);
    const opening = open({ ...data, classes: ['person', 'dgo'] });
    await expect(opening).rejects.toThrow(UserError);
    await expect(opening).rejects.toThrow(/train\.json has no category "dgo"; did you mean "dog"\?/);
    await expect(open({ ...data, classes: ['zebra'] }, 'val')).rejects.toThrow(/there are person, car, dog/);
    expect(() => classesOf(data)).toThrow('data.classes is not set');
  });

  it('says where the images are', async () => {
    const data = await writeCocoFolder(train);
    const elsewhere = open({ ...data, imagesTrain: 'train2017' });
    await expect(elsewhere).rejects.toThrow(`Set data.imagesTrain=images`);
    renameSync(path.join(data.root, 'images'), path.join(data.root, 'pictures'));
    await expect(open(data)).rejects.toThrow(
      /There is no folder .*images\. data\.imagesTrain must be .* such as empty\.png/,
    );
    const absolute = { ...data, imagesTrain: path.join(data.root, 'pictures') };
    expect((await open(absolute)).ids).toHaveLength(3);
  });

  it('tells images of a name in several folders apart, and reads the names that Windows writes', async () => {
    const images = [
      { id: 1, file_name: 'a/1.png', ...size },
      { id: 2, file_name: 'b\\1.png', ...size },
      { id: 'x/y', file_name: 'c/2.png', ...size },
    ];
    const annotations = [1, 2, 'x/y'].map((image_id, i) => ({
      ...annotation,
      id: i + 1,
      image_id,
      segmentation: [square(1, 2, 3)],
    }));
    const dataset = await open(await writeCocoFolder({ ...train, images, annotations }));
    expect(dataset.ids).toEqual(['1-1', '1-2', '2']);
    const imageIds = await Promise.all(dataset.ids.map(async (id) => (await dataset.load(id)).imageId));
    expect(imageIds).toEqual([1, 2, 'x/y']);
  });

  it('refuses a damaged file by its first fault, and a damaged image when it is read', async () => {
    const data = await writeCocoFolder(train);
    const twice = { ...train, annotations: [train.annotations[0], train.annotations[0]] };
    writeFileSync(path.join(data.root, 'train.json'), JSON.stringify(twice));
    await expect(open(data)).rejects.toThrow('annotation 5 is there twice');
    const val = await open(data, 'val');
    remove(path.join(data.root, 'images', '000000000139.png'));
    await expect(val.load('000000000139')).rejects.toThrow('take image 139 out of');
    writeFileSync(path.join(data.root, 'train.json'), JSON.stringify({ ...train, images: [] }));
    await expect(open(data)).rejects.toThrow('has no images');
    writeFileSync(
      path.join(data.root, 'train.json'),
      JSON.stringify({ ...train, images: [], annotations: [] }),
    );
    await expect(open(data)).rejects.toThrow('has no images');
  });
});

describe('loaders of COCO annotation files', () => {
  it.each([0, 2])('deliver the same with %i threads', async (workers) => {
    const data = await resolveClasses(await writeCocoFolder(train));
    const dataset = await openDataset(data, 'val');
    const samples: Sample[] = [];
    for await (const sample of evaluationLoader({ dataset, workers, ahead: 2 })) samples.push(sample);
    expect(samples).toEqual(await Promise.all(dataset.ids.map(dataset.load)));
    const training = await openDataset(data, 'train');
    const order = { seed: 1, start: 0, horizontalFlip: 0, ahead: 2 };
    const loader = trainingLoader({ dataset: training, workers, ...order });
    const first = await loader.next();
    expect(first).toEqual(await training.load(first.id));
    await loader.close();
  });
});
