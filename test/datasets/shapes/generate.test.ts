import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commonSettings } from '../../../src/datasets/dataset-format.js';
import { openDataset } from '../../../src/datasets/formats.js';
import { generateShapes } from '../../../src/datasets/shapes/generate.js';
import type { ShapesData } from '../../../src/datasets/shapes/layout.js';
import { shapeClasses, shapesAsVoc } from '../../../src/datasets/shapes/layout.js';
import { UserError } from '../../../src/errors.js';
import { tempFolder } from '../../support/temp-folder.js';
import { remove } from '../../support/voc-folder.js';

function settings(): ShapesData {
  const root = path.join(tempFolder(), 'shapes');
  return {
    ...commonSettings({ format: 'shapes' }),
    format: 'shapes',
    root,
    seed: 1,
    trainImages: 6,
    valImages: 2,
    minSide: 40,
    maxSide: 60,
  };
}

/** Every file of a folder by its path in it. */
function contents(folder: string): Map<string, Buffer> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true });
  return new Map(
    files
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [path.relative(folder, file), readFileSync(file)]),
  );
}

describe('generateShapes', () => {
  it('writes images that the VOC reader gives back, with the boxes and classes of the annotations', async () => {
    const data = settings();
    const progress: number[] = [];
    const train = await openDataset(data, 'train', { onGenerate: (done) => progress.push(done) });
    expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(train.classes).toEqual(shapeClasses);
    expect(train.ids).toHaveLength(6);
    expect((await openDataset(data, 'val')).ids).toHaveLength(2);
    expect(existsSync(`${data.root}.partial`)).toBe(false);
    for (const id of train.ids) {
      const { image, instances } = await train.load(id);
      for (const side of [image.width, image.height]) {
        expect(side).toBeGreaterThanOrEqual(40);
        expect(side).toBeLessThanOrEqual(60);
      }
      const xml = readFileSync(path.join(data.root, 'VOC2012', 'Annotations', `${id}.xml`), 'utf8');
      const written = [...xml.matchAll(/<(?:name|[xy]m(?:in|ax))>(.*?)</g)].map((match) => match[1]);
      const read = instances.flatMap(({ label, box: [x1, y1, x2, y2] }) => [
        shapeClasses[label],
        ...[x1 + 1, y1 + 1, x2, y2].map(String),
      ]);
      expect(read).toEqual(written);
    }
    // The class masks say the same as the annotations.
    const labels = async () => {
      const { load } = await openDataset(shapesAsVoc(data), 'train');
      return (await load(train.ids[0])).instances.map(({ label }) => label);
    };
    const named = await labels();
    remove(path.join(data.root, 'VOC2012', 'Annotations'));
    expect(await labels()).toEqual(named);
  });

  it('depends on the settings alone', async () => {
    const [one, two, other] = [settings(), settings(), { ...settings(), seed: 2 }];
    for (const data of [one, two, other]) await generateShapes(data);
    expect(contents(one.root)).toEqual(contents(two.root));
    const photo = 'VOC2012/JPEGImages/train_00001.jpg';
    expect(contents(one.root).get(photo)).not.toEqual(contents(other.root).get(photo));
  });

  it('uses what is there and begins an interrupted generation anew', async () => {
    const data = settings();
    mkdirSync(`${data.root}.partial/VOC2012`, { recursive: true });
    writeFileSync(`${data.root}.partial/VOC2012/left`, 'over');
    mkdirSync(data.root);
    await generateShapes(data);
    expect(existsSync(path.join(data.root, 'VOC2012', 'left'))).toBe(false);
    const progress: number[] = [];
    await generateShapes(data, (done) => progress.push(done));
    expect(progress).toEqual([]);
  });

  it('refuses a folder of other settings, one that holds something else, and one it cannot write', async () => {
    const data = settings();
    await generateShapes(data);
    const other = generateShapes({ ...data, seed: 3, maxSide: 50 });
    await expect(other).rejects.toThrow(UserError);
    await expect(other).rejects.toThrow('seed 1 instead of 3, maxSide 60 instead of 50. Remove the folder');
    const foreign = path.join(data.root, 'VOC2012');
    await expect(generateShapes({ ...data, root: foreign })).rejects.toThrow("isn't a generated data set");
    const below = path.join(data.root, 'shapes.json', 'more');
    await expect(generateShapes({ ...data, root: below })).rejects.toThrow(
      `can't be written to ${below}: ENOTDIR`,
    );
  });
});
