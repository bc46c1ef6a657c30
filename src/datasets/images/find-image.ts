import { existsSync } from 'node:fs';
import path from 'node:path';
import { filesBelow, isImageName } from './image-names.js';

/** Number of names that a message shows. */
const shownNames = 3;

/** Images by the names that annotation files give them. */
export interface FoundImages {
  /** The place of each name: where it is found, or else where it should be. */
  readonly places: ReadonlyMap<string, string>;
  /** Names that are found under another one; each with the file's path in the folder. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Sentence about what lies in the folder instead; undefined where nothing is missing. */
  readonly instead: string | undefined;
}

/**
 * Finds images in a folder by the names of an annotation file. A name that isn't there as it is means the one file whose
 * name differs in capitals, Unicode form, percent escapes or backslashes, or has the same base name in another folder or
 * behind another address. Where two files or two names could be meant, none is.
 *
 * @param folder that the names start from
 */
export async function locateImages(folder: string, names: readonly string[]): Promise<FoundImages> {
  const places = new Map(names.map((name) => [name, path.join(folder, name.replaceAll('\\', '/'))]));
  const missing = new Set([...places].filter(([, place]) => !existsSync(place)).map(([name]) => name));
  if (missing.size === 0 || !existsSync(folder)) return { places, renamed: new Map(), instead: undefined };

  const files = (await filesBelow(folder)).filter(isImageName).map((file) => path.relative(folder, file));
  const find = likeliestOf(files);
  const taken = new Map<string, number>();
  for (const [name, place] of places) {
    if (!missing.has(name)) taken.set(path.relative(folder, place), 1);
  }
  const guesses = [...missing].map((name) => ({ name, file: find(name) }));
  for (const { file } of guesses) if (file !== undefined) taken.set(file, (taken.get(file) ?? 0) + 1);
  const renamed = new Map<string, string>();
  for (const { name, file } of guesses) {
    if (file === undefined || taken.get(file) !== 1) continue;
    renamed.set(name, file);
    places.set(name, path.join(folder, file));
  }
  const instead = renamed.size < missing.size ? describeFiles(folder, files) : undefined;
  return { places, renamed, instead };
}

/** Finds the one file that a name can mean. */
function likeliestOf(files: readonly string[]): (name: string) => string | undefined {
  const byBase = new Map<string, string[]>();
  for (const file of files) {
    const base = partsOf(file).at(-1) ?? '';
    byBase.set(base, [...(byBase.get(base) ?? []), file]);
  }
  return (name) => {
    for (const meant of new Set([name, decoded(name)])) {
      const parts = partsOf(meant);
      const candidates = byBase.get(parts.at(-1) ?? '') ?? [];
      // Among several, the path decides as far as it fits.
      const fits = candidates.map((file) => commonEnd(partsOf(file), parts));
      const best = Math.max(...fits);
      const likeliest = candidates.filter((_, i) => fits[i] === best);
      if (likeliest.length === 1) return likeliest[0];
      // Or its capitals, where two files differ in nothing else.
      const exact = likeliest.filter((file) => path.basename(file) === path.basename(meant));
      if (exact.length === 1) return exact[0];
    }
    return undefined;
  };
}

/** The parts of a path or an address, in one Unicode form and in small letters. */
function partsOf(name: string): string[] {
  return name.replaceAll('\\', '/').normalize('NFC').toLowerCase().split('/');
}

/** A name without percent escapes, and without what follows the path of an address. */
function decoded(name: string): string {
  const bare = /^[a-z]+:\/\//i.test(name) ? name.replace(/[?#].*$/, '') : name;
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}

function commonEnd(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a.at(-1 - length) === b.at(-1 - length)) length++;
  return length;
}

/** Sentence about images that are found under other names; undefined where there are none. */
export function describeRenamed(source: string, { renamed }: FoundImages): string | undefined {
  const [first] = renamed;
  if (!first) return undefined;
  const [name, file] = first;
  const images = renamed.size === 1 ? '1 image is' : `${renamed.size} images are`;
  return `${source}: ${images} found under another name than the one given, such as ${file} for ${name}.`;
}

function describeFiles(folder: string, files: readonly string[]): string {
  if (files.length === 0) return `There is no image in ${folder}.`;
  const more = files.length > shownNames ? ` and ${files.length - shownNames} more` : '';
  return `In ${folder} lie ${files.slice(0, shownNames).join(', ')}${more}.`;
}
