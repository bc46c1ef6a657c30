import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/datasets/formats.js';
import { UserError } from '../../../src/errors.js';
import { tempFolder } from '../../support/temp-folder.js';
import { annotationText, remove, writeVocFolder } from '../../support/voc-folder.js';

const objects = ['12', '00'];
const images = {
  a: { objects, annotation: annotationText('cat', 'dog') },
  b: { objects, annotation: annotationText('person', 'dog') },
  c: { objects, classes: ['88', '00'] },
  d: { objects, annotation: '<annotation>' },
};

describe("VOC's layout", () => {
  it('lists all ids in order when all classes are trained', async () => {
    const { data } = await writeVocFolder(images);
    const dataset = await openDataset(data, 'train');
    expect(dataset).toMatchObject({ classes: data.classes, ids: ['a', 'b', 'c', 'd'], notices: [] });
    expect((await dataset.load('c')).instances.map(({ label }) => label)).toEqual([7, 7]);
  });

  it('leaves out images without the chosen classes for training, and says how many', async () => {
    const { data } = await writeVocFolder(images);
    const cats = { ...data, classes: ['cat'] };
    const training = await openDataset(cats, 'train');
    // c and d don't say what is in them.
    expect(training.ids).toEqual(['a', 'c', 'd']);
    expect(training.notices).toHaveLength(1);
    expect(training.notices[0]).toContain('1 of 4 images of split "train"');
    const evaluation = await openDataset(cats, 'train', { purpose: 'evaluation' });
    expect(evaluation.ids).toEqual(['a', 'b', 'c', 'd']);
    expect(evaluation.notices).toEqual([]);
  });

  it('says which classes there are when no image is left', async () => {
    const { a, b } = images;
    const { data } = await writeVocFolder({ a, b });
    const opening = openDataset({ ...data, classes: ['catt'] }, 'train');
    await expect(opening).rejects.toThrow(UserError);
    await expect(opening).rejects.toThrow(/\(catt\).*cat \(1\), dog \(2\), person \(1\)/);
  });

  it('says what data.root should be', async () => {
    const { data, layout } = await writeVocFolder(images);
    const refusal = (root: string, year = 2012) => {
      const elsewhere = { ...data, root, year };
      return expect(openDataset(elsewhere, 'train')).rejects;
    };
    const { root } = data;
    await refusal(path.join(root, 'VOC2012')).toThrow(`data.root=${root} data.year=2012`);
    await refusal(root, 2007).toThrow(`${path.join(root, 'VOC2007')}. The years in ${root} are 2012`);
    await refusal(path.join(root, 'nowhere')).toThrow(
      /must be the folder that holds VOC2012; .*nowhere isn't there/,
    );
    const above = tempFolder();
    await refusal(above).toThrow('must be the folder that holds VOC2012');
    mkdirSync(path.join(above, 'VOCdevkit'));
    await refusal(above).toThrow(`Try data.root=${path.join(above, 'VOCdevkit')}`);
    const bare = tempFolder();
    mkdirSync(path.join(bare, 'JPEGImages'));
    await refusal(bare).toThrow('holds JPEGImages itself');
    remove(path.dirname(layout.objectMask('')));
    await refusal(root).toThrow('has no folder SegmentationObject');
  });

  it('names the splits there are', async () => {
    const { data, layout } = await writeVocFolder(images);
    writeFileSync(layout.split('mini'), 'a\n');
    await expect(openDataset(data, 'val')).rejects.toThrow('The splits there are: mini, train.');
  });
});
