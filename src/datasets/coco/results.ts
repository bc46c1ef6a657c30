import { UserError } from '../../errors.js';
import { listed } from '../classes.js';
import {
  boxOf,
  type CocoId,
  checkObjects,
  type Fields,
  idOf,
  numberOf,
  segmentationOf,
  show,
} from './fields.js';
import type { Finder } from './identifiers.js';
import type { CocoRegion } from './region.js';

/** A detection of a results file. Where it has a box, its area is the box's, as pycocotools reads results. */
export interface CocoResult extends CocoRegion {
  /** Index into the classes. */
  readonly label: number;
  readonly score: number;
  /** Place in the file, from 0. */
  readonly position: number;
}

/** What the detections are looked up in. */
export interface ResultsContext {
  /** Name of the results file, for messages. */
  readonly name: string;
  /** Where the truth comes from, for messages. */
  readonly truth: string;
  readonly images: number;
  readonly findImage: Finder;
  readonly findCategory: Finder;
  /** By the names in the truth. */
  readonly classes: readonly string[];
}

/**
 * Reads the content of a file in COCO's results format: a list of `{image_id, category_id, bbox, score,
 * segmentation}`. A detection may name its `category`: then the name decides, since another tool may number the
 * classes otherwise.
 *
 * @returns those of each image, in the order of the file
 * @throws UserError that names the detection which is incomplete or is for an unknown image or category
 */
export function parseResults(content: unknown, context: ResultsContext): CocoResult[][] {
  if (!Array.isArray(content)) {
    throw new UserError(
      `${context.name} isn't in COCO's results format: it should be a list of {image_id, category_id, bbox, score}`,
    );
  }
  const results: CocoResult[][] = Array.from({ length: context.images }, () => []);
  checkObjects(content, context.name).forEach((fields, position) => {
    const own = resultName(context.name, position);
    const imageId = idOf(fields, 'image_id', own);
    const image = context.findImage(imageId);
    if (image === undefined) {
      throw new UserError(`${own} is for image ${show(imageId)}, which ${context.truth} doesn't have`);
    }
    const label = labelOf(fields, own, context);
    const score = numberOf(fields, 'score', own);
    const box = boxOf(fields, own);
    const area = box === undefined ? undefined : box[2] * box[3];
    results[image].push({ label, score, position, box, area, segmentation: segmentationOf(fields) });
  });
  return results;
}

/** How messages call a detection. */
export function resultName(file: string, position: number): string {
  return `${file}: detection ${position}`;
}

function labelOf(fields: Fields, own: string, { findCategory, classes, truth }: ResultsContext): number {
  const { category } = fields;
  const known: CocoId = typeof category === 'string' ? category : idOf(fields, 'category_id', own);
  const label = typeof category === 'string' ? classes.indexOf(category) : findCategory(known);
  if (label !== undefined && label >= 0) return label;
  throw new UserError(
    `${own} has the category ${show(known)}, which ${truth} doesn't have; it has ${listed(classes)}`,
  );
}
