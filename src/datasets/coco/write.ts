import { existsSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../errors.js';
import { writeAtomically } from '../../files.js';
import { maskArea, maskExtent, type RunLengthMask } from '../../geometry/run-length-mask.js';
import type { Dataset } from '../dataset-format.js';
import { type Finding, isRefused } from '../finding.js';
import { evaluationNotices, isLeftOut, readerOf } from '../left-out.js';
import type { ReadObject } from '../read-image.js';
import { encodeSegmentation } from './segmentation.js';

/** Numbers of what was written. */
export interface WrittenInstances {
  readonly images: number;
  readonly objects: number;
  /** Sentences that the user should know. */
  readonly notices: readonly string[];
}

export interface WriteOptions {
  /** Called after each image with the number of images done and of all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends it after the image at hand; nothing is written then. */
  readonly signal?: AbortSignal;
}

/**
 * Writes a split as a COCO annotation file. Masks become compressed run lengths, categories count the config's classes
 * and then the data's other ones from 1, images keep the ids of a COCO file or count from 1. VOC's flag becomes
 * `"difficult": 1`, which `atto score` and the reader of this format understand.
 *
 * @returns undefined where the signal ended it
 * @throws UserError when an image can't be used, or the file not be written
 */
export async function writeInstances(
  file: string,
  dataset: Dataset,
  { onProgress, signal }: WriteOptions = {},
): Promise<WrittenInstances | undefined> {
  const { source, imagesFolder, ids, records } = dataset;
  const reader = readerOf(dataset, false);
  const found: Finding[] = [];
  const categories = [...new Set([...dataset.classes, ...dataset.names])];
  const images: unknown[] = [];
  const annotations: string[] = [];
  const embedded: string[] = [];
  for (const [i, id] of ids.entries()) {
    if (signal?.aborted) return undefined;
    const read = await reader.read(id, records?.get(id));
    const { imageId = i + 1, image, objects, findings } = read;
    found.push(...findings);
    if (isLeftOut(read)) continue;
    const reason = findings.find(isRefused);
    if (reason) throw new UserError(`${reason.message} atto check lists all that is wrong.`);
    if (!image) throw new Error(`The image of ${id} wasn't read, and nothing says why`);
    const { width, height } = image.pixels;
    const fileName = path.relative(imagesFolder, image.file).replaceAll(path.sep, '/');
    if (!existsSync(image.file)) embedded.push(image.file);
    images.push({ id: imageId, file_name: fileName, width, height });
    for (const object of objects) {
      // An object that is annotated without a mask is no ground truth for masks.
      if (!object.mask) continue;
      const [id, category] = [annotations.length + 1, categoryId(object, categories)];
      const region = regionOf(object, object.mask);
      annotations.push(JSON.stringify({ id, image_id: imageId, category_id: category, ...region }));
    }
    onProgress?.(i + 1, ids.length);
  }
  const info = { description: `${path.basename(source)}, converted by atto` };
  const listed = categories.map((name, label) => ({ id: label + 1, name }));
  const head = JSON.stringify({ info, categories: listed, images });
  await writeAtomically(file, async (handle) => {
    await handle.write(`${head.slice(0, -1)},"annotations":[`);
    // All annotations in one text may be longer than texts can be.
    for (const [i, annotation] of annotations.entries()) {
      await handle.write(`${i > 0 ? ',' : ''}\n${annotation}`);
    }
    await handle.write('\n]}\n');
  });
  const notice =
    `${embedded.length} images are part of the annotations and no files, such as ${embedded[0]}. ` +
    'Save them as the files that the COCO file names.';
  return {
    images: images.length,
    objects: annotations.length,
    notices: [...evaluationNotices(found, dataset), ...(embedded.length > 0 ? [notice] : [])],
  };
}

/** The class's number; a class that no list names is added to the list. */
function categoryId({ className = '' }: ReadObject, categories: string[]): number {
  if (!categories.includes(className)) categories.push(className);
  return categories.indexOf(className) + 1;
}

function regionOf({ box, area, difficult, crowd }: ReadObject, mask: RunLengthMask) {
  const [x1, y1, x2, y2] = box ?? maskExtent(mask);
  return {
    bbox: [x1, y1, x2 - x1, y2 - y1],
    area: area ?? maskArea(mask),
    iscrowd: crowd ? 1 : 0,
    ...(difficult && { difficult: 1 }),
    segmentation: encodeSegmentation(mask),
  };
}
