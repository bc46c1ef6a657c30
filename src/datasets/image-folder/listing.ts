import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { messageOf, UserError } from '../../errors.js';
import { classList } from '../dataset-format.js';
import { imageExtensions, isHidden, isImageName } from '../images/image-names.js';
import { readLines } from '../read-file.js';
import type { SplitName } from '../sample.js';

/** Data section of a config with images in folders named by their class. */
export const imageFolderSchema = z.strictObject({
  format: z.literal('image-folder'),
  /** The folder that the other paths start from, unless they are absolute. */
  root: z.string(),
  /** Folders with a folder of images for each class, or lists with lines of an image's path in `root` and its class. */
  train: z.string().default('train'),
  val: z.string().default('val'),
  /** Classes in the order of the network's outputs; all classes of the training split by name by default. */
  classes: classList.optional(),
  /** Whether images that can't be read are left out, instead of being refused. */
  skipUnreadable: z.boolean().default(false),
});
export type ImageFolderData = z.output<typeof imageFolderSchema>;

/** The files of each class, by their paths in the data's root; the classes by name, the files too. */
export interface Listing {
  /** The folder or list. */
  readonly source: string;
  readonly files: ReadonlyMap<string, readonly string[]>;
}

/**
 * Lists the files of a split without looking into them.
 *
 * @throws UserError when there is no such folder or list, a class has no images, or a line has no class
 */
export async function listSplit(data: ImageFolderData, split: SplitName): Promise<Listing> {
  const source = path.resolve(data.root, data[split]);
  const shown = path.join(data.root, data[split]);
  const entry = await stat(source).catch(() => undefined);
  if (entry === undefined) {
    throw new UserError(
      `There is no folder or list ${path.isAbsolute(data[split]) ? source : shown}. ` +
        `Set data.root to the data's folder, and data.${split} to the one in it with a folder for each class.`,
    );
  }
  const files = entry.isDirectory() ? await listFolders(source, data.root) : await readList(source);
  return { source, files };
}

/** Whether a split is there. */
export async function hasSplit(data: ImageFolderData, split: SplitName): Promise<boolean> {
  return stat(path.resolve(data.root, data[split])).then(
    () => true,
    () => false,
  );
}

async function listFolders(folder: string, root: string): Promise<Map<string, string[]>> {
  const files = new Map<string, string[]>();
  const empty: string[] = [];
  for (const name of await classFolders(folder)) {
    const all = await readFolder(path.join(folder, name), { recursive: true });
    const inside = all.filter((file) => isImageName(file) && !isHidden(file));
    if (inside.length === 0) empty.push(name);
    const prefix = path.relative(root, path.join(folder, name));
    files.set(
      name,
      inside.sort().map((file) => path.join(prefix, file)),
    );
  }
  if (files.size === 0) {
    throw new UserError(
      `${folder} has no folders. Images lie in a folder for each class, named by it: ${path.join(folder, 'cat', '1.jpg')}.`,
    );
  }
  if (empty.length > 0) {
    throw new UserError(
      `${folder}: no images (${imageExtensions.join(', ')}) in the folders of ${empty.join(', ')}. ` +
        'Put some there, remove the folders, or name the classes to be learned in data.classes.',
    );
  }
  return files;
}

/** The folders in a folder, by name; hidden ones are left out. */
async function classFolders(folder: string): Promise<string[]> {
  const names = (await readFolder(folder)).filter((name) => !isHidden(name)).sort();
  const folders: string[] = [];
  for (const name of names) {
    // A name with an image's ending is one in all likelihood; there may be a million.
    if (isImageName(name)) continue;
    const entry = await stat(path.join(folder, name)).catch(() => undefined);
    if (entry?.isDirectory()) folders.push(name);
  }
  return folders;
}

async function readFolder(folder: string, options: { recursive?: boolean } = {}): Promise<string[]> {
  try {
    return await readdir(folder, options);
  } catch (error) {
    throw new UserError(`${folder} can't be read: ${messageOf(error)}`);
  }
}

/** Reads lines of a path and a class; behind a tab the class may have spaces. */
async function readList(file: string): Promise<Map<string, string[]>> {
  const files = new Map<string, string[]>();
  for (const [i, line] of (readLines(file) ?? []).entries()) {
    if (line === '') continue;
    const [, image, name] =
      /^\s*(.*\S)\s*\t\s*(.*\S)\s*$/.exec(line) ?? /^\s*(.*\S)\s+(\S+)\s*$/.exec(line) ?? [];
    if (image === undefined) {
      throw new UserError(
        `${file}, line ${i + 1}: "${line.slice(0, 80)}" is not a path and a class, such as: photos/1.jpg cat`,
      );
    }
    if (isHidden(path.isAbsolute(image) ? path.basename(image) : image)) continue;
    const others = files.get(name);
    if (others) others.push(image);
    else files.set(name, [image]);
  }
  if (files.size === 0) throw new UserError(`${file} has no lines, so there is nothing to learn from.`);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}
