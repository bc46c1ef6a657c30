import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { finderOf } from '../datasets/coco/identifiers.js';
import { openDataset } from '../datasets/formats.js';
import { vocClasses } from '../datasets/voc/classes.js';
import { type VocData, vocLayout } from '../datasets/voc/layout.js';
import { readAnnotation } from '../datasets/voc/reader.js';
import { UserError } from '../errors.js';
import { groundTruthObject } from '../metrics/scored-image.js';
import type { ScoreTruth } from './score-truth.js';

/**
 * Opens a split of a VOC devkit folder. Its classes are VOC's, or where the annotations name others, those that they
 * name, by alphabet; categories count them from 1.
 */
export async function openVocTruth(folder: string, split: string): Promise<ScoreTruth> {
  const location = { ...(await locate(folder)), val: split };
  const { ids } = await openDataset({ ...location, classes: [...vocClasses] }, 'val');
  const classes = classesOf(ids, location);
  const { load } = await openDataset({ ...location, classes }, 'val');
  return {
    name: `split ${split} of ${folder}`,
    classes,
    findCategory: finderOf(classes.map((name, label) => ({ id: label + 1, names: [name] }))),
    images: ids,
    findImage: finderOf(ids.map((id) => ({ id, names: [] }))),
    masks: true,
    notices: [],
    load: async (index) => {
      const { image, instances } = await load(ids[index]);
      return { height: image.height, width: image.width, truths: instances.map(groundTruthObject) };
    },
  };
}

/** What the reader of VOC's layout wants to know of a folder such as VOCdevkit/VOC2012. */
async function locate(folder: string): Promise<Omit<VocData, 'classes'>> {
  const year = /^VOC(\d{4})$/.exec(path.basename(path.resolve(folder)))?.[1];
  if (year === undefined) {
    const inside = (await readdir(folder)).filter((name) => /^VOC\d{4}$/.test(name)).sort();
    throw new UserError(
      `${folder} isn't a folder such as VOCdevkit/VOC2012, whose name gives the year. ` +
        (inside.length > 0
          ? `In it there is ${inside.join(', ')}: try --ground-truth ${path.join(folder, inside[inside.length - 1])}`
          : 'It should hold JPEGImages, SegmentationObject and ImageSets/Segmentation.'),
    );
  }
  const root = path.dirname(path.resolve(folder));
  return {
    format: 'voc',
    root,
    year: Number(year),
    train: 'train',
    val: 'val',
    maskClasses: [...vocClasses],
  };
}

function classesOf(ids: readonly string[], location: Omit<VocData, 'classes'>): string[] {
  const layout = vocLayout({ ...location, classes: [] });
  const named = new Set<string>();
  for (const id of ids) {
    for (const { name } of readAnnotation(layout.annotation(id))?.objects ?? []) {
      if (name !== undefined) named.add(name);
    }
  }
  const vocNames: readonly string[] = vocClasses;
  return [...named].every((name) => vocNames.includes(name)) ? [...vocNames] : [...named].sort();
}
