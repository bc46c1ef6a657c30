import { access } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../../errors.js';
import { classList, commonKeys } from '../dataset-format.js';
import type { SplitName } from '../sample.js';

/** Data section of a config with COCO annotation files. */
export const cocoSchema = z.strictObject({
  format: z.literal('coco'),
  /** The folder that the other paths start from, unless they are absolute. */
  root: z.string(),
  /** Annotation files. */
  train: z.string().default('annotations/instances_train2017.json'),
  val: z.string().default('annotations/instances_val2017.json'),
  /** Folders that the images' `file_name` starts from. */
  imagesTrain: z.string().default('train2017'),
  imagesVal: z.string().default('val2017'),
  /** Classes that are learned, by name; objects of others are ignored. All categories of the training file by default. */
  classes: classList.optional(),
  ...commonKeys,
});
export type CocoData = z.output<typeof cocoSchema>;

/** Places of a split's pieces. */
interface CocoPaths {
  readonly annotations: string;
  readonly images: string;
}

export function cocoPaths(data: CocoData, split: SplitName): CocoPaths {
  const fromRoot = (place: string): string => (path.isAbsolute(place) ? place : path.join(data.root, place));
  return {
    annotations: fromRoot(data[split]),
    images: fromRoot(split === 'train' ? data.imagesTrain : data.imagesVal),
  };
}

/** The image that a `file_name` means; annotation tools for Windows write backslashes. */
function imageFile(images: string, fileName: string): string {
  return path.join(images, fileName.replaceAll('\\', '/'));
}

/**
 * Makes sure that the folder of images is the right one, by one that should be in it.
 *
 * @throws UserError that says, where it can be seen, what the key should be
 */
export async function requireImages(data: CocoData, split: SplitName, fileName: string): Promise<void> {
  const { annotations, images } = cocoPaths(data, split);
  if (await isThere(imageFile(images, fileName))) return;
  const key = split === 'train' ? 'data.imagesTrain' : 'data.imagesVal';
  const beside = path.dirname(annotations);
  const likely = [data.root, path.join(data.root, 'images'), beside, path.join(beside, 'images')];
  for (const folder of likely) {
    if (!(await isThere(imageFile(folder, fileName)))) continue;
    throw new UserError(
      `${annotations} names ${fileName}, which isn't in ${images} but in ${folder}. ` +
        `Set ${key}=${path.relative(data.root, folder) || '.'}`,
    );
  }
  // One image may be missing; without its folder all are.
  if (await isThere(images)) return;
  throw new UserError(
    `There is no folder ${images}. ${key} must be the folder that the images' file_name, such as ${fileName}, starts from.`,
  );
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
