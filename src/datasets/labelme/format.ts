import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../../errors.js';
import { imagesWithClasses, listed, suggestClass } from '../classes.js';
import {
  classList,
  commonKeys,
  type DatasetFormat,
  type OpenContext,
  type SplitContents,
} from '../dataset-format.js';
import { filesBelow, idsOfFiles, isImageName } from '../images/image-names.js';
import { readLines } from '../read-file.js';
import type { SplitName } from '../sample.js';
import { labelsOf, readLabelmeFile } from './annotation.js';
import { labelmeReader } from './reader.js';

/** Data section of a config with labelme's files. */
const labelmeSchema = z.strictObject({
  format: z.literal('labelme'),
  /** The folder that the other paths start from, unless they are absolute. */
  root: z.string(),
  /** Folders of labelme's files, or lists with a line for each file or its image. */
  train: z.string().default('train'),
  val: z.string().default('val'),
  /** Labels that are learned; objects with others are ignored. All labels of the training split by name by default. */
  classes: classList.optional(),
  ...commonKeys,
});
type LabelmeData = z.output<typeof labelmeSchema>;

/** Files of labelme, a JSON file for each image. */
export const labelmeFormat = {
  name: 'labelme',
  description:
    '`train` and `val`, folders with a JSON file of labelme beside each image (`data.train` and `data.val` for others), or lists of them',
  schema: labelmeSchema,
  title: (data, split) => `labelme files, ${data[split]}`,
  classes: ({ classes }) => classes,
  readClasses,
  detection: { open: openLabelme, reader: ({ orientation }: LabelmeData) => labelmeReader(orientation) },
} as const satisfies DatasetFormat<LabelmeData, string>;

/** The labels of a split by name. */
async function readClasses(data: LabelmeData, split: SplitName): Promise<string[]> {
  const { source, files } = await listFiles(data, split);
  const names = namesIn(await labelsOfFiles(files));
  if (names.length > 0) return names;
  throw new UserError(`No file of ${source} has an object. Name the classes, as in data.classes=person,car.`);
}

/**
 * Opens a split. For training, images are left out that have no object of the classes; `notices` says how many.
 *
 * @throws UserError when the folder or list isn't there, no file has a label that is to be trained, or no image is left
 */
async function openLabelme(
  data: LabelmeData,
  split: SplitName,
  { classes, purpose, report }: OpenContext,
): Promise<SplitContents<string>> {
  const { source, folder, files, bare } = await listFiles(data, split);
  const labels = await labelsOfFiles(files);
  const names = namesIn(labels);
  const unknown = classes.find((name) => !names.includes(name));
  if (split === 'train' && unknown !== undefined) {
    throw new UserError(
      `data.classes: no file of ${source} has the label "${unknown}"; ${suggestClass(unknown, names)}`,
    );
  }
  const records = idsOfFiles(files, folder);
  const all = [...records.keys()];
  const chosen =
    purpose === 'training'
      ? await imagesWithClasses(all, classes, source, (id) => labels.get(records.get(id) ?? ''))
      : { ids: all, notices: [] };
  const notices = [...chosen.notices];
  if (bare.length > 0) {
    const message = `${source} has images without a JSON file, which are left out (${bare.length}): ${listed(bare)}.`;
    report({ code: 'annotation-missing', file: source, message });
    notices.push(message);
  }
  return { source, imagesFolder: folder, names, ids: chosen.ids, records, notices };
}

interface LabelmeFiles {
  /** The folder or list, for messages. */
  readonly source: string;
  /** The folder that they lie in. */
  readonly folder: string;
  readonly files: readonly string[];
  /** Images in a folder that have no file beside them. */
  readonly bare: readonly string[];
}

async function listFiles(data: LabelmeData, split: SplitName): Promise<LabelmeFiles> {
  const { root } = data;
  const source = path.isAbsolute(data[split]) ? data[split] : path.join(root, data[split]);
  if (!existsSync(source)) {
    throw new UserError(
      `There is no folder or list ${source}. Set data.root to the data's folder, and data.${split} to the folder in it ` +
        "with labelme's files, or to a list of them.",
    );
  }
  const found = statSync(source).isDirectory()
    ? await inFolder(source)
    : { folder: root, files: inList(source, root), bare: [] };
  if (found.files.length > 0) return { source, ...found };
  throw new UserError(`${source} has no files of labelme, whose names end in .json.`);
}

async function inFolder(folder: string): Promise<Omit<LabelmeFiles, 'source'>> {
  const all = await filesBelow(folder);
  const files = all.filter((file) => /\.json$/i.test(file));
  const annotated = new Set(files.map(withoutEnding));
  const bare = all.filter((file) => isImageName(file) && !annotated.has(withoutEnding(file)));
  return { folder, files, bare: bare.map((file) => path.relative(folder, file)) };
}

/** The files of a list, whose lines start from its folder or from the data's. */
function inList(list: string, root: string): string[] {
  const lines = (readLines(list) ?? [])
    .filter((line) => line !== '')
    .map((line) => line.replaceAll('\\', '/'));
  const names = lines.map((line) => {
    if (/\.json$/i.test(line)) return line;
    return `${isImageName(line) ? withoutEnding(line) : line}.json`;
  });
  const places = names.map((name) => {
    if (path.isAbsolute(name)) return name;
    const beside = path.join(path.dirname(list), name);
    return existsSync(beside) ? beside : path.join(root, name);
  });
  return [...new Set(places)];
}

function withoutEnding(file: string): string {
  return file.slice(0, file.lastIndexOf('.'));
}

/** The labels of each file; those that can't be read are left out, which reading their images reports. */
async function labelsOfFiles(files: readonly string[]): Promise<Map<string, string[]>> {
  const labels = new Map<string, string[]>();
  for (const file of files) {
    try {
      labels.set(file, labelsOf(await readLabelmeFile(file)));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return labels;
}

function namesIn(labels: ReadonlyMap<string, readonly string[]>): string[] {
  return [...new Set([...labels.values()].flat())].sort();
}
