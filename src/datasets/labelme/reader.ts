import { existsSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../errors.js';
import { mergeMasks } from '../../geometry/mask-overlap.js';
import { maskExtent } from '../../geometry/run-length-mask.js';
import type { CommonSettings } from '../dataset-format.js';
import type { Finding, Report } from '../finding.js';
import { decodeOriented } from '../images/decode-rgb.js';
import { locateImages } from '../images/find-image.js';
import { imageExtensions } from '../images/image-names.js';
import type { OrientationPolicy } from '../images/orientation.js';
import { readStoredImage, type StoredImage, sizeMismatch } from '../images/stored-image.js';
import type { ImageReader, ReadImage, ReadObject } from '../read-image.js';
import { isBackground, isFlat, type LabelmeFile, type LabelmeShape, readLabelmeFile } from './annotation.js';
import { regionOf, type ShapeRegion } from './shapes.js';

/** A reader of labelme's files; a record is the path of one. Boxes are the masks' extents. */
export function labelmeReader(setting: CommonSettings['orientation']): ImageReader<string, undefined> {
  return { read: (id, file) => readLabelmeImage(id, file, setting) };
}

async function readLabelmeImage(
  id: string,
  file: string | undefined,
  setting: CommonSettings['orientation'],
): Promise<ReadImage<undefined>> {
  if (file === undefined)
    throw new Error(`${id}: an image can't be read without the path of its labelme file`);
  const findings: Finding[] = [];
  const report: Report = (finding) => findings.push(finding);
  const known = { id, imageId: undefined, file, name: file, findings, own: undefined };
  let annotation: LabelmeFile;
  try {
    annotation = await readLabelmeFile(file);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    report({ code: 'annotation-unreadable', file, message: error.message });
    return { ...known, image: undefined, objects: [] };
  }
  const { imageHeight: height, imageWidth: width } = annotation;
  const stated = height && width ? { height, width } : undefined;
  const image = await imageOf({ file, ...annotation }, { setting, stated }, report);
  // Without the image nothing is known of its size.
  if (!image) return { ...known, image, objects: [] };
  const message = stated && sizeMismatch(file, stated, image);
  if (message !== undefined) report({ code: 'size-mismatch', file, message });
  return { ...known, image, objects: await readObjects(file, annotation, image, report) };
}

/** The image inside of a file, as labelme shows it; without one, that which its path names. */
async function imageOf(
  { file, imagePath, imageData }: Pick<LabelmeFile, 'imagePath' | 'imageData'> & { readonly file: string },
  policy: OrientationPolicy,
  report: Report,
): Promise<StoredImage | undefined> {
  const { dir, name } = path.parse(file);
  const named = (imagePath || `${name}.jpg`).replaceAll('\\', '/');
  // Where the path is of another machine, the image still lies beside its file.
  const beside = path.join(dir, path.basename(named));
  const places = [
    path.isAbsolute(named) ? named : path.join(dir, named),
    beside,
    ...imageExtensions.map((ending) => path.join(dir, `${name}.${ending}`)),
  ];
  if (!imageData) {
    const missing = `${places[0]} is missing, the image of ${file}. Add the image, or remove the file.`;
    if (!places.some((place) => existsSync(place))) {
      places.push(...(await locateImages(dir, [named])).places.values());
    }
    return readStoredImage(places, missing, policy, report);
  }
  try {
    const decoded = await decodeOriented(
      Buffer.from(imageData, 'base64'),
      `The imageData of ${file}`,
      policy,
    );
    return { file: places.find((place) => existsSync(place)) ?? beside, ...decoded };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    report({ code: 'photo-unreadable', file, message: error.message });
    return undefined;
  }
}

/** Shapes that are one object. */
interface Group {
  readonly numbers: number[];
  readonly label: string;
  readonly regions: ShapeRegion[];
}

/** The objects of a file. What can't be used of its shapes is reported and left out. */
async function readObjects(
  file: string,
  { shapes }: LabelmeFile,
  image: StoredImage,
  report: Report,
): Promise<ReadObject[]> {
  const groups = new Map<string, Group>();
  for (const read of shapes) {
    const { number } = read;
    if ('fault' in read) {
      const message = `${file}: shape ${number} can't be read: ${read.fault}. Correct or remove it.`;
      report({ code: 'annotation-unreadable', file, object: number, message });
      continue;
    }
    const { shape } = read;
    const name = `${file}: shape ${number} (${shape.label})`;
    if (isBackground(shape)) continue;
    if (isFlat(shape)) {
      const message = `${name} is a ${shape.shape_type}, which has no area: it is left out.`;
      report({ code: 'annotation-odd', file, object: number, message });
      continue;
    }
    try {
      const region = await regionOf(shape, image.pixels);
      const key = keyOf(shape, number);
      const group = groups.get(key) ?? { numbers: [], label: shape.label, regions: [] };
      group.numbers.push(number);
      group.regions.push(region);
      groups.set(key, group);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const message = `${name} ${error.message}. Draw it anew, or remove it.`;
      report({ code: 'segmentation-invalid', file, object: number, message });
    }
  }
  return [...groups.values()].map((group) => objectOf(group, file));
}

/** Equal for the shapes of one object. */
function keyOf({ label, group_id: group }: LabelmeShape, number: number): string {
  return JSON.stringify(group === null || group === undefined ? number : [label, group]);
}

function objectOf({ numbers, label, regions }: Group, file: string): ReadObject {
  const mask = mergeMasks(regions.map((region) => region.mask));
  const outlines = regions.map(({ outline }) => outline);
  return {
    name: `${file}: ${numbers.length === 1 ? 'shape' : 'shapes'} ${numbers.join(', ')} (${label})`,
    file,
    key: numbers[0],
    className: label,
    box: maskExtent(mask),
    annotatedBox: undefined,
    area: undefined,
    mask,
    outline: [
      Math.min(...outlines.map(([x1]) => x1)),
      Math.min(...outlines.map(([, y1]) => y1)),
      Math.max(...outlines.map(([, , x2]) => x2)),
      Math.max(...outlines.map(([, , , y2]) => y2)),
    ],
    difficult: false,
    crowd: false,
    listed: true,
  };
}
