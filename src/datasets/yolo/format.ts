import { existsSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../errors.js';
import { polygonsMask } from '../../geometry/polygons.js';
import { maskExtent } from '../../geometry/run-length-mask.js';
import { imagesWithClasses, suggestClass } from '../classes.js';
import type { DatasetFormat, OpenContext, SplitContents } from '../dataset-format.js';
import { type Finding, isRefused, type Report } from '../finding.js';
import { idsOfFiles } from '../images/image-names.js';
import { readStoredImage } from '../images/stored-image.js';
import type { ImageReader, ReadImage, ReadObject } from '../read-image.js';
import type { SplitName } from '../sample.js';
import {
  findImages,
  readDescription,
  type YoloData,
  type YoloDescription,
  yoloSchema,
} from './description.js';
import { type LabeledPolygon, readLabels } from './labels.js';

/** Files of an image. */
export interface YoloRecord {
  readonly image: string;
  readonly labels: string;
}

/** Ultralytics' layout of data for segmentation. */
export const yoloFormat = {
  name: 'yolo',
  description:
    "Ultralytics' layout for segmentation: `data.yaml`, whose `train` and `val` say where images are, and `labels/….txt` beside `images/…`",
  schema: yoloSchema,
  title: (data, split) => `YOLO labels, ${data[split]}`,
  classes: ({ classes }) => classes,
  readClasses: async (data) => classNames(readDescription(data)),
  detection: { open: openYolo, reader: yoloReader },
} as const satisfies DatasetFormat<YoloData, YoloRecord>;

/** The classes by their numbers; several numbers may have the same name. */
function classNames({ names }: YoloDescription): string[] {
  return [...new Set([...names].sort(([a], [b]) => a - b).map(([, name]) => name))];
}

/**
 * Opens a split. For training, images are left out that have no object of the classes; `notices` says how many.
 *
 * @throws UserError when the description, a class, the images or all label files are missing, or no image is left
 */
async function openYolo(
  data: YoloData,
  split: SplitName,
  { classes, purpose, report }: OpenContext,
): Promise<SplitContents<YoloRecord>> {
  const description = readDescription(data, report);
  const names = classNames(description);
  const unknown = classes.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UserError(
      `data.classes: ${description.file} has no class "${unknown}"; ${suggestClass(unknown, names)}`,
    );
  }
  const { source, folder, files } = await findImages(description, data[split], report);
  const records = new Map(
    [...idsOfFiles(files, folder)].map(([id, image]) => [id, { image, labels: labelFile(image) }]),
  );
  const [first] = records.values();
  if (![...records.values()].some(({ labels }) => existsSync(labels))) {
    throw new UserError(
      `No image of ${source} has a label file: ${first.labels} isn't there, nor is any other. ` +
        'Label files lie in a folder labels where images lie in a folder images, and else beside the images.',
    );
  }
  const all = [...records.keys()];
  const { ids, notices } =
    purpose === 'training'
      ? await imagesWithClasses(all, classes, source, (id) => classesIn(records.get(id), description))
      : { ids: all, notices: [] };
  return { source, imagesFolder: folder, names, ids, records, notices };
}

/** The label file of an image: the last folder images in its path becomes labels. */
function labelFile(image: string): string {
  const { dir, name } = path.parse(image);
  const folders = dir.split(path.sep);
  const last = folders.lastIndexOf('images');
  if (last >= 0) folders[last] = 'labels';
  return path.join(folders.join(path.sep), `${name}.txt`);
}

/** The classes of an image's objects; undefined where a line can't be used. */
function classesIn(record: YoloRecord | undefined, description: YoloDescription): string[] | undefined {
  let damaged = false;
  const report: Report = (finding) => {
    damaged ||= isRefused(finding);
  };
  const polygons = record ? readLabels(record.labels, description, report) : [];
  return damaged ? undefined : polygons.map(({ className }) => className);
}

/** A reader of images and their label files. Boxes are the masks' extents. */
function yoloReader(data: YoloData): ImageReader<YoloRecord, undefined> {
  let description: YoloDescription | undefined;
  const read = async (id: string, record: YoloRecord | undefined): Promise<ReadImage<undefined>> => {
    if (!record) throw new Error(`${id}: an image of a YOLO data set can't be read without its files`);
    description ??= readDescription(data);
    const { image: imageFile, labels: file } = record;
    const findings: Finding[] = [];
    const report: Report = (finding) => findings.push(finding);
    const missing = `${imageFile} is missing. Add the image, or take it out of the list.`;
    const image = await readStoredImage([imageFile], missing, { setting: data.orientation }, report);
    const polygons = readLabels(file, description, report);
    // Without the image nothing is known of its size.
    const objects = image ? polygons.map((polygon) => readObject(polygon, file, image.pixels)) : [];
    return { id, imageId: undefined, image, file, name: file, objects, findings, own: undefined };
  };
  return { read };
}

function readObject(
  { line, className, points }: LabeledPolygon,
  file: string,
  { width, height }: { readonly width: number; readonly height: number },
): ReadObject {
  const pixels = points.map((share, i) => share * (i % 2 === 0 ? width : height));
  const mask = polygonsMask([pixels], height, width);
  return {
    name: `${file}, line ${line} (${className}),`,
    file,
    key: line,
    className,
    box: maskExtent(mask),
    annotatedBox: undefined,
    area: undefined,
    mask,
    outline: undefined,
    difficult: false,
    crowd: false,
    listed: true,
  };
}
