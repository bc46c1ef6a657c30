import { access } from 'node:fs/promises';
import path from 'node:path';
import type { CocoDataConfig } from '../../config/schema.js';
import { UserError } from '../../errors.js';

/** Where a split's pieces lie. */
export interface CocoPaths {
  readonly annotations: string;
  readonly images: string;
}

export function cocoPaths(data: CocoDataConfig, split: 'train' | 'val'): CocoPaths {
  const fromRoot = (place: string): string => (path.isAbsolute(place) ? place : path.join(data.root, place));
  return {
    annotations: fromRoot(data[split]),
    images: fromRoot(split === 'train' ? data.imagesTrain : data.imagesVal),
  };
}

/** The photograph that a `file_name` means; annotation tools for Windows write backslashes. */
export function photoFile(images: string, fileName: string): string {
  return path.join(images, fileName.replaceAll('\\', '/'));
}

/**
 * Makes sure that the folder of images is the right one, by one that should be in it.
 *
 * @throws UserError that says, where it can be seen, what the key should be
 */
export async function requireImages(
  data: CocoDataConfig,
  split: 'train' | 'val',
  fileName: string,
): Promise<void> {
  const { annotations, images } = cocoPaths(data, split);
  if (await isThere(photoFile(images, fileName))) return;
  const key = split === 'train' ? 'data.imagesTrain' : 'data.imagesVal';
  const beside = path.dirname(annotations);
  const likely = [data.root, path.join(data.root, 'images'), beside, path.join(beside, 'images')];
  for (const folder of likely) {
    if (!(await isThere(photoFile(folder, fileName)))) continue;
    throw new UserError(
      `${annotations} names ${fileName}, which isn't in ${images} but in ${folder}. ` +
        `Set ${key}=${path.relative(data.root, folder) || '.'}`,
    );
  }
  // One photograph may be missing; without its folder all are.
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
