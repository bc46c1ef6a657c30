import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../../errors.js';
import { classList, commonKeys } from '../dataset-format.js';
import { vocClasses } from './classes.js';

/** Data section of a config with VOC's layout. */
export const vocSchema = z.strictObject({
  format: z.literal('voc'),
  /** The folder that holds VOC2012. */
  root: z.string(),
  year: z.int().default(2012),
  /** Names of lists in ImageSets/Segmentation. */
  train: z.string().default('train'),
  val: z.string().default('val'),
  /** Classes that are learned; objects of others are ignored. */
  classes: classList.default([...vocClasses]),
  /** Meaning of the class masks' indices, from 1; needed only where an object has no name in an XML file. */
  maskClasses: classList.default([...vocClasses]),
  ...commonKeys,
});
export type VocData = z.output<typeof vocSchema>;

/** Places of a data set's pieces in the devkit. */
export interface VocLayout {
  readonly images: string;
  annotation(id: string): string;
  objectMask(id: string): string;
  classMask(id: string): string;
  split(name: string): string;
}

/** The paths of a config's data, whether or not anything is there. */
export function vocLayout(data: VocData): VocLayout {
  const folder = path.join(data.root, `VOC${data.year}`);
  return {
    images: path.join(folder, 'JPEGImages'),
    annotation: (id) => path.join(folder, 'Annotations', `${id}.xml`),
    objectMask: (id) => path.join(folder, 'SegmentationObject', `${id}.png`),
    classMask: (id) => path.join(folder, 'SegmentationClass', `${id}.png`),
    split: (name) => path.join(folder, 'ImageSets', 'Segmentation', `${name}.txt`),
  };
}

/**
 * Checks that the folders are there that every image needs.
 *
 * @throws UserError that says which folder was looked for and, where it can be seen, what `data.root` should be.
 */
export async function requireVocFolders(data: VocData): Promise<void> {
  const folder = path.join(data.root, `VOC${data.year}`);
  if ((await entries(folder)) === undefined) {
    throw new UserError(`There is no folder ${folder}. ${await advice(data)}`);
  }
  for (const name of ['JPEGImages', 'SegmentationObject']) {
    if ((await entries(path.join(folder, name))) === undefined) {
      throw new UserError(
        `${folder} has no folder ${name}. VOC's layout needs JPEGImages, SegmentationObject and ` +
          'ImageSets/Segmentation in it.',
      );
    }
  }
}

async function advice({ root, year }: VocData): Promise<string> {
  const inRoot = await entries(root);
  if (inRoot === undefined) return `data.root must be the folder that holds VOC${year}; ${root} isn't there.`;
  if (inRoot.includes('JPEGImages')) {
    const own = /^VOC(\d+)$/.exec(path.basename(root));
    return own
      ? `data.root must be the folder above: data.root=${path.dirname(root)} data.year=${own[1]}`
      : `${root} holds JPEGImages itself: move it to ${path.join(root, `VOC${year}`)}, for example.`;
  }
  if (inRoot.includes('VOCdevkit')) return `Try data.root=${path.join(root, 'VOCdevkit')}`;
  const years = inRoot.map((name) => /^VOC(\d+)$/.exec(name)?.[1]).filter((found) => found !== undefined);
  return years.length > 0
    ? `The years in ${root} are ${years.sort().join(', ')}: set data.year.`
    : `data.root must be the folder that holds VOC${year}.`;
}

/** The names in a folder; `undefined` when there is no such folder. */
function entries(folder: string): Promise<string[] | undefined> {
  return readdir(folder).catch(() => undefined);
}
