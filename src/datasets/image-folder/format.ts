import path from 'node:path';
import { UserError } from '../../errors.js';
import { listed, suggestClass } from '../classes.js';
import type { DatasetFormat, LabeledSplit, OpenContext } from '../dataset-format.js';
import type { LabeledFile, SplitName } from '../sample.js';
import { hasSplit, type ImageFolderData, imageFolderSchema, listSplit } from './listing.js';

/** Images in folders named by their class. */
export const imageFolderFormat = {
  name: 'image-folder',
  description:
    '`train` and `val`, each with a folder of images for each class, or lists of paths and classes',
  schema: imageFolderSchema,
  title: (data, split) => `image folder, ${data[split]}`,
  classes: ({ classes }) => classes,
  readClasses,
  classification: { open: openImageFolder },
} as const satisfies DatasetFormat<ImageFolderData>;

/**
 * Opens a split of images in folders named by their class, or in a list.
 *
 * @throws UserError when there is no such folder or list, or a class has no images
 */
export async function openImageFolder(
  data: ImageFolderData,
  split: SplitName,
  { classes }: Pick<OpenContext, 'classes'>,
): Promise<LabeledSplit> {
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
  const notices = others.length > 0 ? [notice] : [];
  return { source, root: data.root, classes, files: chosen, skipUnreadable: data.skipUnreadable, notices };
}

/**
 * The classes of the training split by name.
 *
 * @throws UserError when the splits have different classes
 */
async function readClasses(data: ImageFolderData): Promise<string[]> {
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
  return classes;
}
