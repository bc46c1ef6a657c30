import { stat } from 'node:fs/promises';
import path from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { imageExtensions } from '../datasets/images/image-names.js';
import { UserError } from '../errors.js';

/**
 * The image files that a command line means, each once, in the order of its arguments and by name within one.
 *
 * @param targets files, folders (the images in them, without subfolders) and globs
 * @throws UserError when one of them is missing or holds no images
 */
export async function findImageFiles(targets: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const target of targets) files.push(...(await imagesOf(target)));
  const places = new Map(files.map((file) => [path.resolve(file), file]));
  return [...places.values()];
}

async function imagesOf(target: string): Promise<string[]> {
  const entry = await stat(target).catch(() => undefined);
  if (entry?.isDirectory()) {
    const inside = await glob(`*.{${imageExtensions.join(',')}}`, { cwd: target, caseSensitiveMatch: false });
    if (inside.length === 0) {
      throw new UserError(
        `${target}: has no images (${imageExtensions.join(', ')}); for its subfolders: '${path.join(target, '**/*.jpg')}'`,
      );
    }
    return inside.sort().map((name) => path.join(target, name));
  }
  if (entry) return [target];
  if (!isDynamicPattern(target)) throw new UserError(`${target}: there is no such image or folder`);
  // A path on Windows has backslashes, which would escape in a glob.
  const matches = await glob(target.replaceAll(path.sep, '/'), { absolute: path.isAbsolute(target) });
  if (matches.length === 0) throw new UserError(`${target}: no file matches`);
  return matches.sort();
}
