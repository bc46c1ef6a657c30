import path from 'node:path';
import type { ClassificationDataConfig, ImageFolderDataConfig } from '../../config/schema.js';
import { UserError } from '../../errors.js';
import { classesOf, listed, suggestClass } from '../classes.js';
import type { LabeledFile, LabeledSplit } from './labeled-image.js';
import { hasSplit, listSplit } from './listing.js';
import { shapesAsImageFolder } from './shapes.js';

/**
 * Opens a split of a classifier's data; generated data is generated where it isn't there yet. The files aren't looked
 * into.
 *
 * @param onGenerate called while images are generated, with the number done and of all
 * @throws UserError when the data isn't there, or a class has no images
 */
export async function openLabeledSplit(
  data: ClassificationDataConfig,
  split: 'train' | 'val',
  onGenerate?: (done: number, total: number) => void,
): Promise<LabeledSplit> {
  if (data.format === 'shapes') {
    // Drawing needs the canvas, which reading doesn't.
    const { generateShapes } = await import('../shapes/generate.js');
    await generateShapes(data, onGenerate, 'image-folder');
    return openFolder(shapesAsImageFolder(data), split);
  }
  return openFolder(data, split);
}

async function openFolder(data: ImageFolderDataConfig, split: 'train' | 'val'): Promise<LabeledSplit> {
  const classes = classesOf(data);
  const { source, files } = await listSplit(data, split);
  const names = [...files.keys()];
  const missing = classes.filter((name) => !files.has(name));
  if (missing.length > 0) {
    const hint = missing.length === 1 ? suggestClass(missing[0], names) : `there are ${listed(names)}`;
    throw new UserError(`${source} has no images of ${listed(missing)}, which data.classes names; ${hint}.`);
  }
  const chosen = classes.flatMap((name, label): LabeledFile[] =>
    (files.get(name) ?? []).map((file) => ({ file, label })),
  );
  const others = names.filter((name) => !classes.includes(name));
  const notice = `${source}: the images of ${listed(others)} are left out, for data.classes doesn't name them.`;
  return { source, root: data.root, classes, files: chosen, notices: others.length > 0 ? [notice] : [] };
}

/**
 * The config of a classifier's data with its classes: where it doesn't say them, those of the training split by name.
 *
 * @throws UserError when the splits have different classes
 */
export async function resolveLabeledClasses(
  data: ClassificationDataConfig,
): Promise<ClassificationDataConfig> {
  if (data.format === 'shapes' || data.classes) return data;
  const train = await listSplit(data, 'train');
  const classes = [...train.files.keys()];
  if (await hasSplit(data, 'val')) {
    const val = await listSplit(data, 'val');
    const lacking = classes.filter((name) => !val.files.has(name));
    const surplus = [...val.files.keys()].filter((name) => !train.files.has(name));
    if (lacking.length + surplus.length > 0) {
      const parts = [
        ...(lacking.length > 0 ? [`only ${path.basename(train.source)} has ${listed(lacking)}`] : []),
        ...(surplus.length > 0 ? [`only ${path.basename(val.source)} has ${listed(surplus)}`] : []),
      ];
      throw new UserError(
        `${train.source} and ${val.source} have different classes: ${parts.join('; ')}. ` +
          'Mend the folders or lists, or name the classes to be learned in data.classes.',
      );
    }
  }
  return { ...data, classes };
}
