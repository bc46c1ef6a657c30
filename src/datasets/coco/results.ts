import { UserError } from '../../errors.js';
import type { Detection } from '../../geometry/instance.js';
import { listed } from '../classes.js';
import type { ImageId } from '../sample.js';
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
import { type CompressedMask, encodeSegmentation } from './segmentation.js';

/** A detection of a results file. Where it has a box, its area is the box's, as pycocotools reads results. */
export interface CocoResult extends CocoRegion {
  /** Index into the classes. */
  readonly label: number;
  readonly score: number;
  /** Place in the file, from 0. */
  readonly position: number;
}

/** The data that detections belong to. */
export interface ResultsContext {
  /** Name of the results file, for messages. */
  readonly name: string;
  /** Source of the ground truth, for messages. */
  readonly groundTruth: string;
  readonly images: number;
  readonly findImage: Finder;
  readonly findCategory: Finder;
  /** Names of the categories in the ground truth. */
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
      throw new UserError(`${own} is for image ${show(imageId)}, which ${context.groundTruth} doesn't have`);
    }
    const label = labelOf(fields, own, context);
    const score = numberOf(fields, 'score', own);
    const box = boxOf(fields, own);
    const area = box === undefined ? undefined : box[2] * box[3];
    results[image].push({ label, score, position, box, area, segmentation: segmentationOf(fields) });
  });
  return results;
}

/** Name of a detection in messages. */
export function resultName(file: string, position: number): string {
  return `${file}: detection ${position}`;
}

function labelOf(
  fields: Fields,
  own: string,
  { findCategory, classes, groundTruth }: ResultsContext,
): number {
  const { category } = fields;
  const known: CocoId = typeof category === 'string' ? category : idOf(fields, 'category_id', own);
  const label = typeof category === 'string' ? classes.indexOf(category) : findCategory(known);
  if (label !== undefined && label >= 0) return label;
  throw new UserError(
    `${own} has the category ${show(known)}, which ${groundTruth} doesn't have; it has ${listed(classes)}`,
  );
}

/** A detection in COCO's results format. */
export interface WrittenResult {
  /** The image file's stem, or the id in the COCO file where there is one. */
  readonly image_id: ImageId;
  /** Place of the class in the model's list, from 1. */
  readonly category_id: number;
  readonly category: string;
  /** x, y, width, height in pixels. */
  readonly bbox: readonly [number, number, number, number];
  readonly score: number;
  readonly segmentation: CompressedMask;
}

/** A detection as `atto score` and pycocotools read it. */
export function writtenResult(imageId: ImageId, detection: Detection): WrittenResult {
  const { box, label, category, score, mask } = detection;
  const [x1, y1, x2, y2] = box;
  return {
    image_id: imageId,
    category_id: label + 1,
    category,
    bbox: [x1, y1, x2 - x1, y2 - y1],
    score,
    segmentation: encodeSegmentation(mask),
  };
}
