import { z } from 'zod';
import { UserError } from '../errors.js';
import { cocoFormat } from './coco/format.js';
import type {
  ClassificationFormat,
  DataSettings,
  Dataset,
  DatasetFormat,
  DetectionFormat,
  LabeledSplit,
  OpenOptions,
} from './dataset-format.js';
import { refuse } from './finding.js';
import { imageFolderFormat } from './image-folder/format.js';
import { labelmeFormat } from './labelme/format.js';
import { readerOf } from './left-out.js';
import { sampleOf } from './read-image.js';
import type { SplitName } from './sample.js';
import { sbdFormat } from './sbd/format.js';
import { shapesFormat } from './shapes/format.js';
import { vocFormat } from './voc/format.js';
import { yoloFormat } from './yolo/format.js';

/** The formats that come with the project: the only list of them. */
const builtIn = [
  vocFormat,
  cocoFormat,
  sbdFormat,
  yoloFormat,
  labelmeFormat,
  imageFolderFormat,
  shapesFormat,
] as const;

type BuiltIn = (typeof builtIn)[number];
/** Data section of a detector's config, as a file may hold it, in the formats that come with the project. */
export type DetectionDataInput = z.input<Extract<BuiltIn, { detection: unknown }>['schema']>;
/** The same of a classifier's config. */
export type ClassificationDataInput = z.input<Extract<BuiltIn, { classification: unknown }>['schema']>;

/** Formats that programs have added. */
const registered: DatasetFormat[] = [];

/** All formats, in the order of messages. */
export function datasetFormats(): readonly DatasetFormat[] {
  return [...builtIn, ...registered];
}

/**
 * Adds a format. Configs may then name it in `data.format`; one that was registered under the same name is replaced.
 *
 * @throws UserError when a format of this name comes with the project
 */
export function registerDatasetFormat(format: DatasetFormat): void {
  if (builtIn.some(({ name }) => name === format.name)) {
    throw new UserError(`A data format "${format.name}" comes with atto; register yours under another name`);
  }
  const place = registered.findIndex(({ name }) => name === format.name);
  registered.splice(place < 0 ? registered.length : place, 1, format);
}

const feedsDetectors = (format: DatasetFormat): format is DetectionFormat => format.detection !== undefined;
const feedsClassifiers = (format: DatasetFormat): format is ClassificationFormat =>
  format.classification !== undefined;

/** Schema of a detector's data section: that of each format that can feed one. */
export function detectionData(): z.ZodType<DataSettings> {
  return unionOf(datasetFormats().filter(feedsDetectors));
}

/** Schema of a classifier's data section: that of each format that can feed one. */
export function classificationData(): z.ZodType<DataSettings> {
  return unionOf(datasetFormats().filter(feedsClassifiers));
}

function unionOf(formats: readonly DatasetFormat[]): z.ZodType<DataSettings> {
  const [first, ...rest] = formats.map(({ schema }) => schema);
  const names = formats.map(({ name }) => name);
  return z.discriminatedUnion('format', [first, ...rest], {
    error: `must be ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`,
  });
}

/**
 * The format of a data section.
 *
 * @throws UserError when there is none of that name
 */
export function formatOf({ format }: DataSettings): DatasetFormat {
  const found = datasetFormats().find(({ name }) => name === format);
  if (found) return found;
  const names = datasetFormats().map(({ name }) => name);
  throw new UserError(`data.format: there is no format "${format}"; there are ${names.join(', ')}`);
}

/** The format of a detector's data section; see {@link formatOf}. */
export function detectionFormat(data: DataSettings): DetectionFormat {
  const format = formatOf(data);
  if (feedsDetectors(format)) return format;
  throw new UserError(`data.format: ${format.name} has no objects that a detector could learn`);
}

/** The format of a classifier's data section; see {@link formatOf}. */
function classificationFormat(data: DataSettings): ClassificationFormat {
  const format = formatOf(data);
  if (feedsClassifiers(format)) return format;
  throw new UserError(`data.format: ${format.name} has no images for a classifier`);
}

/**
 * A data section with the defaults of its format, as configs have them.
 *
 * @throws UserError that names a key which the format doesn't have, or whose value is impossible
 */
function withDefaults(data: DataSettings): DataSettings {
  const parsed = z.safeParse(formatOf(data).schema, data);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new UserError(`${['data', ...path].join('.')}: ${message}`);
}

/**
 * The classes that a config's data has; a label is an index into them.
 *
 * @throws UserError where only an annotation file or folders name them: {@link resolveClasses} reads them.
 */
export function classesOf(data: DataSettings): readonly string[] {
  const classes = formatOf(data).classes(withDefaults(data));
  if (classes) return classes;
  throw new UserError(
    'data.classes is not set. Name the classes, as in data.classes=person,car: the data itself is not read here.',
  );
}

/**
 * The data section with its defaults and its classes: where it doesn't say them, those that its files name. What is
 * trained on them keeps the names, so that it is of use without the files.
 *
 * @param split whose files count
 * @throws UserError when the files can't be read or name no classes
 */
export async function resolveClasses<Data extends DataSettings>(
  data: Data,
  split: SplitName = 'train',
): Promise<Data> {
  const format = formatOf(data);
  const settings = { ...data, ...withDefaults(data) };
  if (format.classes(settings)) return settings;
  return { ...settings, classes: (await format.readClasses?.(settings, split)) ?? classesOf(data) };
}

/**
 * Opens a split of a detector's data; generated data is generated where it isn't there yet.
 *
 * @param data a data section; its defaults and classes are filled in where it lacks them
 * @throws UserError when the data isn't there or its lists are wrong
 */
export async function openDataset(
  data: DataSettings,
  split: SplitName,
  { purpose = split === 'train' ? 'training' : 'evaluation', report = refuse, onGenerate }: OpenOptions = {},
): Promise<Dataset> {
  const format = detectionFormat(data);
  const settings = await resolveClasses(data);
  const classes = classesOf(settings);
  const contents = await format.detection.open(settings, split, { classes, purpose, report, onGenerate });
  const reader = readerOf({ format, data: settings }, false);
  const load = async (id: string) =>
    sampleOf(await reader.read(id, contents.records?.get(id)), classes, purpose);
  return { ...contents, data: settings, format, classes, load };
}

/**
 * Opens a split of a classifier's data; generated data is generated where it isn't there yet. The files aren't looked
 * into.
 *
 * @param data a data section; its defaults and classes are filled in where it lacks them
 * @throws UserError when the data isn't there, or a class has no images
 */
export async function openLabeledSplit(
  data: DataSettings,
  split: SplitName,
  { onGenerate }: Pick<OpenOptions, 'onGenerate'> = {},
): Promise<LabeledSplit> {
  const format = classificationFormat(data);
  const settings = await resolveClasses(data);
  return format.classification.open(settings, split, { classes: classesOf(settings), onGenerate });
}
