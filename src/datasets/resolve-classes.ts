import type { DataConfig } from '../config/schema.js';
import { parseCategories } from './coco/ground-truth.js';
import { readJsonFile } from './coco/json-file.js';
import { cocoPaths } from './coco/paths.js';

/**
 * The config of the data with its classes: where it doesn't say them, all categories of a COCO annotation file by rising
 * id. What is trained on them keeps the names, so that it is of use without the file.
 *
 * @param split whose annotation file counts
 * @throws UserError when the file can't be read or has no categories
 */
export async function resolveClasses(
  data: DataConfig,
  split: 'train' | 'val' = 'train',
): Promise<DataConfig> {
  if (data.format !== 'coco' || data.classes) return data;
  const file = cocoPaths(data, split).annotations;
  return { ...data, classes: parseCategories(await readJsonFile(file), file).map(({ name }) => name) };
}
