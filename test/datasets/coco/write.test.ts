import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseGroundTruth } from '../../../src/datasets/coco/ground-truth.js';
import type { CocoData } from '../../../src/datasets/coco/layout.js';
import { writeInstances } from '../../../src/datasets/coco/write.js';
import type { DataSettings } from '../../../src/datasets/dataset-format.js';
import { commonSettings } from '../../../src/datasets/dataset-format.js';
import { openDataset, resolveClasses } from '../../../src/datasets/formats.js';
import type { Sample } from '../../../src/datasets/sample.js';
import { goldenFile, writeSbdFolder } from '../../support/sbd-folder.js';
import { annotationText, remove, writeVocFolder } from '../../support/voc-folder.js';

const image = {
  objects: ['01100v', '01132v', '00032v', '000022'],
  annotation: annotationText('cat', '!person', 'dog'),
};

/** Writes the training split; the config of what was written. */
async function convert(data: DataSettings): Promise<CocoData> {
  const dataset = await openDataset(data, 'train', { purpose: 'evaluation' });
  const file = path.join(data.root, 'instances.json');
  await writeInstances(file, dataset);
  const [root, images] = [data.root, dataset.imagesFolder];
  const both = { train: 'instances.json', val: 'instances.json', imagesTrain: images, imagesVal: images };
  const classes = data.classes ? { classes: [...data.classes] } : {};
  return { ...commonSettings({ format: 'coco' }), format: 'coco', root, ...both, ...classes };
}

/** The samples without what they are called, and without areas, which only COCO's files state. */
async function samplesOf(data: DataSettings): Promise<unknown[]> {
  const { ids, load } = await openDataset(data, 'train', { purpose: 'evaluation' });
  const samples: Sample[] = [];
  for (const id of ids) samples.push(await load(id));
  const plain = (instances: Sample['instances']) => instances.map(({ area, ...rest }) => rest);
  return samples.map(({ id, image, instances, ignored }) => ({
    id,
    image,
    instances: plain(instances),
    ignored: plain(ignored),
  }));
}

describe('writeInstances', () => {
  it("gives VOC's samples back", async () => {
    const { data } = await writeVocFolder({
      a: image,
      b: { ...image, objects: ['1', '2'] },
      c: { objects: ['0v'] },
    });
    const chosen = { ...data, classes: ['dog', 'cat'] };
    expect(await samplesOf(await convert(data))).toEqual(await samplesOf(data));
    expect(await samplesOf(await convert(chosen))).toEqual(await samplesOf(chosen));
  });

  it("gives SBD's samples back", async () => {
    const { data } = await writeSbdFolder({ a: goldenFile('compressed'), b: goldenFile('plain') });
    expect(await samplesOf(await convert(data))).toEqual(await samplesOf(data));
  });

  it('gives what it has written back, with the ids of the images', async () => {
    const { data } = await writeVocFolder({ a: image, b: image });
    const once = await convert(data);
    const first = readFileSync(path.join(data.root, 'instances.json'), 'utf8');
    const twice = await convert(await resolveClasses(once));
    const second = readFileSync(path.join(data.root, 'instances.json'), 'utf8');
    expect(await samplesOf(twice)).toEqual(await samplesOf(data));
    expect(JSON.parse(second)).toEqual({ ...JSON.parse(first), info: { description: expect.any(String) } });
  });

  it('counts categories by the config, then by the data', async () => {
    const { data } = await writeVocFolder({ a: image });
    const chosen = { ...data, classes: ['dog', 'cat'], maskClasses: ['cat', 'cow', 'dog'] };
    await convert(chosen);
    const file = path.join(data.root, 'instances.json');
    const content = JSON.parse(readFileSync(file, 'utf8'));
    expect(Object.keys(content)).toEqual(['info', 'categories', 'images', 'annotations']);
    expect(content.categories).toEqual([
      { id: 1, name: 'dog' },
      { id: 2, name: 'cat' },
      { id: 3, name: 'cow' },
      // No list has it.
      { id: 4, name: 'person' },
    ]);
    expect(content.images).toEqual([{ id: 1, file_name: 'a.png', width: 6, height: 4 }]);
    expect(content.annotations[1]).toEqual({
      id: 2,
      image_id: 1,
      category_id: 4,
      bbox: [4, 1, 2, 3],
      area: 4,
      iscrowd: 0,
      difficult: 1,
      segmentation: { size: [4, 6], counts: expect.any(String) },
    });
    // What `atto score` takes for the truth.
    expect(parseGroundTruth(content, file).annotations[0].map(({ difficult }) => difficult)).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('refuses damaged images, and writes nothing when it is told to stop', async () => {
    const { data, layout } = await writeVocFolder({ a: image, b: image });
    const file = path.join(data.root, 'instances.json');
    const dataset = await openDataset(data, 'train');
    expect(await writeInstances(file, dataset, { signal: AbortSignal.abort() })).toBeUndefined();
    remove(layout.objectMask('b'));
    await expect(writeInstances(file, dataset)).rejects.toThrow(/b\.png is missing.*atto check/);
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });
});
