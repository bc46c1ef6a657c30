import { UserError } from '../../errors.js';
import {
  boxOf,
  type CocoId,
  type Fields,
  flagOf,
  idOf,
  isFields,
  lengthOf,
  numberOf,
  objectsOf,
  segmentationOf,
  show,
} from './fields.js';
import type { CocoRegion } from './region.js';

export interface CocoImage {
  readonly id: CocoId;
  /** As the file gives it; undefined where it gives none. */
  readonly fileName: string | undefined;
  readonly height: number;
  readonly width: number;
}

export interface CocoCategory {
  readonly id: CocoId;
  readonly name: string;
}

/** An annotated object as the file has it, checked as far as that is possible without its image. */
export interface CocoAnnotation extends CocoRegion {
  readonly id: CocoId;
  /** Index into the categories. */
  readonly label: number;
  readonly crowd: boolean;
  /** Not COCO's: VOC's flag in files that were made from VOC, under the key `difficult` or `ignore`. */
  readonly difficult: boolean;
}

/** The instances of a COCO annotation file. */
export interface CocoGroundTruth {
  /** By rising id. */
  readonly categories: readonly CocoCategory[];
  /** By rising id. */
  readonly images: readonly CocoImage[];
  /** Those of each image, in the order of the file. */
  readonly annotations: readonly (readonly CocoAnnotation[])[];
}

/**
 * Reads the content of a COCO annotation file.
 *
 * @param name of the file, for messages
 * @throws UserError that names the image, category or annotation which is incomplete, is there twice, or refers to
 * one that isn't there
 */
export function parseGroundTruth(content: unknown, name: string): CocoGroundTruth {
  if (!isFields(content)) {
    throw new UserError(
      `${name} isn't a COCO annotation file: it should be an object with "images", "annotations" and "categories"`,
    );
  }
  const categories = sortedById(
    objectsOf(content, 'categories', name).map((fields, i) =>
      parseCategory(fields, `${name}: category ${i}`),
    ),
    `${name}: category`,
  );
  const images = sortedById(
    objectsOf(content, 'images', name).map((fields, i) => parseImage(fields, `${name}: image ${i}`)),
    `${name}: image`,
  );
  const named = new Set<string>();
  for (const category of categories) {
    if (named.has(category.name)) throw new UserError(`${name}: two categories are named "${category.name}"`);
    named.add(category.name);
  }
  return { categories, images, annotations: parseAnnotations(content, name, categories, images) };
}

function parseCategory(fields: Fields, name: string): CocoCategory {
  const id = idOf(fields, 'id', name);
  if (typeof fields.name !== 'string' || fields.name === '') throw new UserError(`${name} has no name`);
  return { id, name: fields.name };
}

function parseImage(fields: Fields, name: string): CocoImage {
  const id = idOf(fields, 'id', name);
  const fileName = typeof fields.file_name === 'string' ? fields.file_name : undefined;
  return {
    id,
    fileName,
    height: lengthOf(fields, 'height', `${name} (id ${id})`),
    width: lengthOf(fields, 'width', `${name} (id ${id})`),
  };
}

function sortedById<T extends { readonly id: CocoId }>(things: readonly T[], name: string): T[] {
  const sorted = [...things].sort((a, b) => compareIds(a.id, b.id));
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i].id === sorted[i - 1].id) throw new UserError(`${name} ${sorted[i].id} is there twice`);
  }
  return sorted;
}

/** Numbers before names, as pycocotools sorts lists of either. */
function compareIds(a: CocoId, b: CocoId): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number') return -1;
  if (typeof b === 'number') return 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function parseAnnotations(
  content: Fields,
  name: string,
  categories: readonly CocoCategory[],
  images: readonly CocoImage[],
): CocoAnnotation[][] {
  const labels = new Map(categories.map(({ id }, label) => [id, label]));
  const indices = new Map(images.map(({ id }, i) => [id, i]));
  const annotations: CocoAnnotation[][] = images.map(() => []);
  const seen = new Set<CocoId>();
  objectsOf(content, 'annotations', name).forEach((fields, i) => {
    const id = idOf(fields, 'id', `${name}: annotation ${i} of the list`);
    const own = `${name}: annotation ${id}`;
    if (seen.has(id)) throw new UserError(`${own} is there twice`);
    seen.add(id);
    const image = indices.get(idOf(fields, 'image_id', own));
    if (image === undefined)
      throw new UserError(`${own} belongs to the unknown image ${show(fields.image_id)}`);
    const label = labels.get(idOf(fields, 'category_id', own));
    if (label === undefined) {
      throw new UserError(`${own} has the unknown category ${show(fields.category_id)}`);
    }
    annotations[image].push({
      id,
      label,
      box: boxOf(fields, own),
      area: fields.area === undefined || fields.area === null ? undefined : numberOf(fields, 'area', own),
      crowd: flagOf(fields, 'iscrowd', own),
      difficult: flagOf(fields, 'difficult', own) || flagOf(fields, 'ignore', own),
      segmentation: segmentationOf(fields),
    });
  });
  return annotations;
}
