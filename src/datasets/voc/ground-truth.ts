import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../errors.js';
import { commonSettings } from '../dataset-format.js';
import { refuse } from '../finding.js';
import { type GroundTruth, groundTruthObject } from '../ground-truth.js';
import { sampleOf } from '../read-image.js';
import { vocClasses } from './classes.js';
import { openVoc } from './format.js';
import { type VocData, vocLayout } from './layout.js';
import { readAnnotation, vocReader } from './reader.js';

/**
 * Opens a split of a VOC devkit folder for scoring. Its classes are VOC's, or where the annotations name others, those
 * that they name, by alphabet; categories count them from 1.
 *
 * @param folder such as VOCdevkit/VOC2012
 * @param split name of a list in ImageSets/Segmentation
 * @throws UserError where the folder isn't such a one, or the split is missing
 */
export async function openVocGroundTruth(folder: string, split: string): Promise<GroundTruth> {
  const location = await locate(folder);
  const purpose = 'evaluation';
  const context = { classes: vocClasses, purpose, report: refuse } as const;
  const { ids } = await openVoc({ ...location, classes: [...vocClasses] }, split, context);
  const classes = classesNamed(ids, location);
  const reader = vocReader({ ...location, classes });
  return {
    name: `split ${split} of ${folder}`,
    categories: classes.map((name, label) => ({ id: label + 1, names: [name] })),
    images: ids.map((id) => ({ id, names: [] })),
    maskless: undefined,
    notices: [],
    load: async (index) => {
      const { image, instances } = sampleOf(await reader.read(ids[index], undefined), classes, purpose);
      return { height: image.height, width: image.width, objects: instances.map(groundTruthObject) };
    },
  };
}

/** Settings by which the reader of VOC's layout finds a folder such as VOCdevkit/VOC2012. */
async function locate(folder: string): Promise<Omit<VocData, 'classes'>> {
  const year = /^VOC(\d{4})$/.exec(path.basename(path.resolve(folder)))?.[1];
  if (year === undefined) {
    const inside = (await readdir(folder)).filter((name) => /^VOC\d{4}$/.test(name)).sort();
    throw new UserError(
      `${folder} isn't a folder such as VOCdevkit/VOC2012, whose name gives the year. ` +
        (inside.length > 0
          ? `It holds ${inside.join(', ')}: score against ${path.join(folder, inside[inside.length - 1])}`
          : 'It should hold JPEGImages, SegmentationObject and ImageSets/Segmentation.'),
    );
  }
  const root = path.dirname(path.resolve(folder));
  return {
    ...commonSettings({ format: 'voc' }),
    format: 'voc',
    root,
    year: Number(year),
    train: 'train',
    val: 'val',
    maskClasses: [...vocClasses],
  };
}

function classesNamed(ids: readonly string[], location: Omit<VocData, 'classes'>): string[] {
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
