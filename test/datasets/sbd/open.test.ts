// cspell:ignore persn
import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/datasets/formats.js';
import { UserError } from '../../../src/errors.js';
import { decodeMask } from '../../../src/geometry/run-length-mask.js';
import { sampleReader } from '../../support/sample-reader.js';
import { goldenFile, writeSbdFolder } from '../../support/sbd-folder.js';
import { tempFolder } from '../../support/temp-folder.js';
import { photoPixels, remove } from '../../support/voc-folder.js';

// cspell:ignore persn

const images = { a: goldenFile('compressed'), b: goldenFile('plain'), c: goldenFile('no objects') };

describe('openSbd', () => {
  it('reads images, masks, boxes and classes', async () => {
    const { data } = await writeSbdFolder(images);
    const dataset = await openDataset(data, 'train');
    expect(dataset.ids).toEqual(['a', 'b', 'c']);
    const { id, imageId, image, instances, ignored } = await dataset.load('a');
    expect([id, imageId]).toEqual(['a', 'a']);
    expect(image).toEqual({ width: 36, height: 24, data: photoPixels('a', 36, 24) });
    // Person, cat and tvmonitor.
    expect(instances.map(({ label }) => label)).toEqual([14, 7, 19]);
    expect(ignored).toEqual([]);
    for (const [i, { mask, box, difficult, crowd }] of instances.entries()) {
      const expected = images.a.labels.map((label) => Number(label === i + 1));
      expect([...decodeMask(mask)]).toEqual(expected);
      const columns = expected.flatMap((inside, at) => (inside ? [at % 36] : []));
      expect([box[0], box[2]]).toEqual([Math.min(...columns), Math.max(...columns) + 1]);
      expect([difficult, crowd]).toEqual([false, false]);
    }
  });

  it('leaves out images without the chosen classes for training', async () => {
    const { data } = await writeSbdFolder(images);
    const chosen = { ...data, classes: ['dog', 'aeroplane'] };
    const training = await openDataset(chosen, 'train');
    expect(training.ids).toEqual(['b', 'c']);
    expect(training.notices).toEqual([
      expect.stringMatching(/1 of 3 images of .*train\.txt have objects, but none of data\.classes/),
    ]);
    expect((await training.load('b')).instances.map(({ label }) => label)).toEqual([1, 0]);
    const whole = await openDataset(chosen, 'train', { purpose: 'evaluation' });
    expect(whole.ids).toEqual(['a', 'b', 'c']);
    const { instances, ignored } = await whole.load('a');
    expect([instances.length, ignored.length]).toEqual([0, 3]);
  });

  it('says which class was meant', async () => {
    const { data } = await writeSbdFolder(images);
    const opening = openDataset({ ...data, classes: ['cat', 'persn'] }, 'train');
    await expect(opening).rejects.toThrow(UserError);
    await expect(opening).rejects.toThrow('SBD has no class "persn"; did you mean "person"?');
  });

  it('finds the pieces without the folder around them, and says what data.root should be', async () => {
    const { data } = await writeSbdFolder(images);
    const { root } = data;
    expect((await openDataset({ ...data, root: path.join(root, 'dataset') }, 'train')).ids).toHaveLength(3);
    const above = tempFolder();
    const opening = (folder: string) => expect(openDataset({ ...data, root: folder }, 'train')).rejects;
    await opening(above).toThrow('benchmark_RELEASE, as it is unpacked');
    mkdirSync(path.join(above, 'benchmark_RELEASE'));
    await opening(above).toThrow(`Try data.root=${path.join(above, 'benchmark_RELEASE')}`);
    await opening(path.join(above, 'nowhere')).toThrow("nowhere isn't there");
    renameSync(path.join(root, 'dataset', 'img'), path.join(root, 'dataset', 'images'));
    await opening(root).toThrow('has no folder img');
  });

  it('refuses what is damaged when it is read', async () => {
    const { data, layout } = await writeSbdFolder(images);
    const read = sampleReader(data, 'training');
    expect((await read('c')).instances).toEqual([]);
    expect((await sampleReader(data, 'evaluation')('c')).instances).toEqual([]);
    remove(layout.instances('b'));
    await expect(read('b')).rejects.toThrow('b.mat is missing');
    remove(layout.image('a'));
    await expect(read('a')).rejects.toThrow('a.jpg is missing');
  });
});
