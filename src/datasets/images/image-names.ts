import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, UserError } from '../../errors.js';

/** Endings of images that can be decoded, in small letters. */
export const imageExtensions = [
  ...['jpg', 'jpeg', 'jpe', 'jfif', 'png', 'webp', 'avif', 'gif', 'tif', 'tiff'],
  ...['bmp', 'dib', 'ppm', 'pgm', 'pbm', 'pnm'],
] as const;

/** Endings of images that can't be decoded, which are to be named instead of passed over. */
const foreignExtensions = [
  'heic',
  'heif',
  'jp2',
  'jxl',
  'psd',
  'ico',
  'tga',
  'cr2',
  'nef',
  'arw',
  'dng',
] as const;

/** Whether a file's name has the ending of an image, whether or not that can be decoded. */
export function isImageName(name: string): boolean {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return [...imageExtensions, ...foreignExtensions].some((extension) => extension === ending);
}

/** Whether a path names a hidden file, or one in a hidden folder: such files are never data. */
export function isHidden(name: string): boolean {
  return name.split(/[\\/]/).some((part) => /^\.(?!\.?$)/.test(part));
}

/**
 * Paths of the files in a folder and those below it, by name; what is hidden is left out.
 *
 * @throws UserError when the folder can't be read
 */
export async function filesBelow(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder, { recursive: true });
  } catch (error) {
    throw new UserError(`${folder} can't be read: ${messageOf(error)}`);
  }
  return names
    .filter((name) => !isHidden(name))
    .sort()
    .map((name) => path.join(folder, name));
}

/**
 * Ids of files: their stems, or where several have the same one, their paths in `folder`. They differ in more than
 * capitals, so that each names one file on every system.
 */
export function idsOfFiles(files: readonly string[], folder: string): Map<string, string> {
  const stems = new Map<string, number>();
  const stemOf = (file: string): string => path.parse(file).name;
  for (const file of files) {
    const stem = stemOf(file).toLowerCase();
    stems.set(stem, (stems.get(stem) ?? 0) + 1);
  }
  const taken = new Set<string>();
  return new Map(
    files.map((file) => {
      const stem = stemOf(file);
      const within = path.relative(folder, path.join(path.dirname(file), stem));
      const wanted =
        stems.get(stem.toLowerCase()) === 1 ? stem : within.replace(/[\\/]/g, '-').replace(/^[.-]+/, '');
      let id = wanted;
      for (let n = 2; taken.has(id.toLowerCase()); n++) id = `${wanted}-${n}`;
      taken.add(id.toLowerCase());
      return [id, file];
    }),
  );
}
