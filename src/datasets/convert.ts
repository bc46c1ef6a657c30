import path from 'node:path';
import { UserError } from '../errors.js';
import { type WriteOptions, type WrittenInstances, writeInstances } from './coco/write.js';
import type { DataSettings, OpenOptions } from './dataset-format.js';
import { openDataset } from './formats.js';
import type { SplitName } from './sample.js';

export interface ConvertedDataset extends WrittenInstances {
  /** The folder of the images, which stay where they are. */
  readonly imagesFolder: string;
}

/**
 * Writes a split of any data set as a COCO annotation file; see {@link writeInstances}.
 *
 * @param data the data section, with its classes where its files name them
 * @param out the annotation file
 * @returns undefined where the signal ended it; nothing is written then
 * @throws UserError when the data isn't there, an image can't be used, or the file not be written
 */
export async function convertToCoco(
  data: DataSettings,
  split: SplitName,
  out: string,
  { onGenerate, ...options }: WriteOptions & Pick<OpenOptions, 'onGenerate'> = {},
): Promise<ConvertedDataset | undefined> {
  const dataset = await openDataset(data, split, { purpose: 'evaluation', onGenerate });
  if (path.resolve(out) === path.resolve(dataset.source)) {
    throw new UserError(`--out ${out}: is the file that would be converted; choose another one`);
  }
  const written = await writeInstances(out, dataset, options);
  return written && { ...written, imagesFolder: dataset.imagesFolder };
}
