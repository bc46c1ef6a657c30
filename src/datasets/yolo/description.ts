import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { UserError } from '../../errors.js';
import { classList, commonKeys } from '../dataset-format.js';
import { type Report, refuse } from '../finding.js';
import { describeRenamed, locateImages } from '../images/find-image.js';
import { filesBelow, isHidden, isImageName } from '../images/image-names.js';
import { decodeText, readIfThere, readLines } from '../read-file.js';

/** Data section of a config with Ultralytics' layout. */
export const yoloSchema = z.strictObject({
  format: z.literal('yolo'),
  /** The folder that holds the data set's description … */
  root: z.string(),
  /** … and the description's name. */
  yaml: z.string().default('data.yaml'),
  /** Keys of the description under which it says where the images are; `test` is another one. */
  train: z.string().default('train'),
  val: z.string().default('val'),
  /** Classes that are learned, by name; objects of others are ignored. All classes of the description by default. */
  classes: classList.optional(),
  ...commonKeys,
});
export type YoloData = z.output<typeof yoloSchema>;

/** Contents of a `data.yaml`. */
export interface YoloDescription {
  readonly file: string;
  /** By the numbers in label files. */
  readonly names: ReadonlyMap<number, string>;
  /** Folders that paths may start from, the likeliest first. */
  readonly bases: readonly string[];
  /** Texts and lists of texts by their keys: places of images are among them. */
  readonly places: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads the description of a data set.
 *
 * @param report is told where the number of classes isn't that of their names
 * @throws UserError when there is no such file, it isn't YAML, or it names no classes
 */
export function readDescription({ root, yaml }: YoloData, report: Report = refuse): YoloDescription {
  const file = path.join(root, yaml);
  const bytes = readIfThere(file);
  if (bytes === undefined) throw new UserError(`There is no file ${file}. ${adviceFor(root)}`);
  // Names stay texts: in Python's YAML, 1e3 is a number and no is false.
  const document = parseDocument(decodeText(bytes, file), { schema: 'failsafe' });
  const [error] = document.errors;
  if (error) throw new UserError(`${file} isn't YAML: ${error.message.split('\n')[0].replace(/:$/, '')}`);
  const content: unknown = document.toJS();
  if (!isRecord(content)) throw new UserError(`${file} is no description of a data set: it has no keys`);
  const names = namesOf(content, file, report);
  const places = new Map(
    Object.entries(content).flatMap(([key, value]): [string, string[]][] => {
      const texts = (Array.isArray(value) ? value : [value]).filter(
        (text) => typeof text === 'string' && text !== '',
      );
      return texts.length > 0 ? [[key, texts.map(withSlashes)]] : [];
    }),
  );
  return { file, names, bases: basesOf(path.dirname(file), places.get('path')?.[0]), places };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function adviceFor(root: string): string {
  if (!existsSync(root)) return `data.root must be the folder that holds it; ${root} isn't there.`;
  if (/\.ya?ml$/i.test(root)) {
    return `data.root must be its folder: data.root=${path.dirname(root)} data.yaml=${path.basename(root)}`;
  }
  const others = readdirSync(root).filter((name) => /\.ya?ml$/i.test(name) && !isHidden(name));
  return others.length > 0
    ? `There is ${others.join(', ')}: set data.yaml=${others[0]}`
    : "data.root must be the folder that holds the data set's description, and data.yaml its name there.";
}

/** The classes by their numbers: a list, a map of numbers, or, where only their number is given, class_0, class_1 … */
function namesOf(
  { names, nc }: Readonly<Record<string, unknown>>,
  file: string,
  report: Report,
): Map<number, string> {
  const count = typeof nc === 'string' && /^\d+$/.test(nc) ? Number(nc) : undefined;
  if (names === undefined && count !== undefined) {
    return new Map(Array.from({ length: count }, (_, i) => [i, `class_${i}`]));
  }
  const found = new Map<number, string>();
  for (const [key, name] of Array.isArray(names) || isRecord(names) ? Object.entries(names) : []) {
    if (!/^\d+$/.test(key) || typeof name !== 'string' || name === '') {
      throw new UserError(
        `${file}: names has the entry ${key}: ${JSON.stringify(name)}; a number and a name are needed`,
      );
    }
    found.set(Number(key), name);
  }
  if (found.size === 0) {
    throw new UserError(
      `${file} names no classes: a list or map "names" is needed, such as names: [cat, dog]`,
    );
  }
  if (count !== undefined && count !== found.size) {
    const message = `${file} says nc: ${count}, but has ${found.size} names, which count. Correct the one or the other.`;
    report({ code: 'annotation-odd', file, message });
  }
  return found;
}

/**
 * Folders that the paths of a description may start from. Ultralytics starts from `path`, wherever the description
 * lies; what moved to another machine still lies around the description.
 */
function basesOf(folder: string, base: string | undefined): string[] {
  if (base === undefined) return [folder];
  if (path.isAbsolute(base)) return [base, folder];
  return [path.join(folder, base), path.join(folder, '..', base), folder];
}

/** Annotation tools for Windows write backslashes. */
function withSlashes(text: string): string {
  return text.replaceAll('\\', '/');
}

/** Images of a split. */
export interface YoloImages {
  /** The folders or lists that name them, for messages. */
  readonly source: string;
  /** A folder above all of them. */
  readonly folder: string;
  readonly files: readonly string[];
}

/**
 * The images that a description gives a split.
 *
 * @param key under which the description says where they are
 * @param report is told of images that are listed twice; they come once then
 * @throws UserError when the description has no such key, a folder or list isn't there, or there are no images
 */
export async function findImages(
  { file, bases, places }: YoloDescription,
  key: string,
  report: Report,
): Promise<YoloImages> {
  const entries = places.get(key);
  if (!entries) {
    const keys = [...places.keys()].filter((name) => name !== 'names' && name !== 'path' && name !== 'nc');
    throw new UserError(
      `${file} has no ${key}, which would say where images are; it has ${keys.join(', ') || 'neither train nor val'}.`,
    );
  }
  const sources: string[] = [];
  const files: string[] = [];
  for (const entry of entries) {
    const places = placesOf(entry, bases);
    const found = places.find((place) => existsSync(place));
    if (found === undefined) {
      throw new UserError(
        `${file}: ${key} is ${entry}, but there is no ${places.join(', and no ')}. Correct it, or the path above it.`,
      );
    }
    sources.push(found);
    files.push(
      ...(statSync(found).isDirectory()
        ? (await filesBelow(found)).filter(isImageName)
        : await listedIn(found, bases, report)),
    );
  }
  const source = sources.join(' and ');
  if (files.length === 0) throw new UserError(`${source} has no images.`);
  const distinct = [...new Set(files)];
  if (distinct.length < files.length) {
    const twice = files.find((image, i) => files.indexOf(image) !== i);
    const message = `${source} has ${files.length - distinct.length} images more than once, such as ${twice}. Remove the repetitions.`;
    report({ code: 'duplicate-id', file: sources[0], message });
  }
  const isFolder = sources.length === 1 && statSync(sources[0]).isDirectory();
  return { source, folder: isFolder ? sources[0] : commonFolder(distinct), files: distinct };
}

/** Places that a path may mean. Roboflow's start one folder too high. */
function placesOf(entry: string, bases: readonly string[]): string[] {
  if (path.isAbsolute(entry)) return [path.normalize(entry)];
  const starts = entry.startsWith('../') ? [entry, entry.slice(3)] : [entry];
  return [...new Set(starts.flatMap((start) => bases.map((base) => path.join(base, start))))];
}

/** The images of a list, whose lines start from its folder or from that of the data set. */
async function listedIn(list: string, bases: readonly string[], report: Report): Promise<string[]> {
  const folders = [path.dirname(list), ...bases];
  const lines = (readLines(list) ?? []).filter(
    (line) => line !== '' && !isHidden(path.isAbsolute(line) ? path.basename(line) : line),
  );
  const listed = lines.map((line) => {
    const places = placesOf(withSlashes(line), folders);
    return { line, fallback: places[0], place: places.find((place) => existsSync(place)) };
  });
  const missing = listed.filter(({ place }) => place === undefined).map(({ line }) => line);
  const located = await locateImages(bases[0], missing);
  const message = describeRenamed(list, located);
  if (message !== undefined) report({ code: 'image-renamed', file: list, message });
  const { places, renamed } = located;
  return listed.map(
    ({ line, place, fallback }) => place ?? (renamed.has(line) ? places.get(line) : undefined) ?? fallback,
  );
}

function commonFolder(files: readonly string[]): string {
  const folders = files.map((file) => path.dirname(file).split(path.sep));
  const [first] = folders;
  let length = first.length;
  for (const parts of folders) {
    while (!first.slice(0, length).every((part, i) => part === parts[i])) length--;
  }
  return first.slice(0, length).join(path.sep) || path.sep;
}
