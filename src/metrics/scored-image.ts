import { cocoBoxOf, type EvaluatedObject, type GroundTruthObject } from '../datasets/ground-truth.js';
import { UserError } from '../errors.js';
import type { Detection } from '../geometry/instance.js';
import type { RunLengthMask } from '../geometry/run-length-mask.js';

/** An image with its ground truth and its detections, as evaluation protocols see them. */
export interface ScoredImage {
  readonly id: string | number;
  readonly height: number;
  readonly width: number;
  readonly groundTruth: readonly GroundTruthObject[];
  readonly detections: readonly DetectedObject[];
}

/** A detected object. */
export interface DetectedObject extends EvaluatedObject {
  readonly score: number;
  /** Place in the list of all detections; decides between equal scores in VOC's protocols. */
  readonly position: number;
}

/** A detection as evaluation protocols see it. Its area is the box's, as when pycocotools reads a file of results. */
export function detectedObject(detection: Detection, position: number): DetectedObject {
  const { label, mask, score } = detection;
  const box = cocoBoxOf(detection);
  return { label, box, area: box[2] * box[3], mask, score, position };
}

/**
 * Checks the objects of an image.
 *
 * @throws UserError that names image and object where a label isn't one of `classes`, a score or an edge isn't a finite
 * number, a box has a negative size, or a mask is missing (if masks are scored) or not as large as the image.
 */
export function checkScoredImage(image: ScoredImage, classes: number, masks: boolean): void {
  const { id, height, width, groundTruth, detections } = image;
  const requirements = { height, width, classes, masks };
  groundTruth.forEach((object, i) => {
    checkObject(object, () => `ground-truth object ${i} of image ${id}`, requirements);
  });
  detections.forEach((detection, i) => {
    const name = () => `detection ${i} of image ${id}`;
    checkObject(detection, name, requirements);
    if (!Number.isFinite(detection.score)) {
      throw new UserError(`${name()} has the score ${detection.score}; scores are finite numbers`);
    }
  });
}

interface Requirements {
  readonly height: number;
  readonly width: number;
  readonly classes: number;
  readonly masks: boolean;
}

function checkObject(
  { label, box, area, mask }: EvaluatedObject,
  name: () => string,
  { height, width, classes, masks }: Requirements,
): void {
  if (!Number.isInteger(label) || label < 0 || label >= classes) {
    throw new UserError(
      `${name()} has the label ${label}, but there are only the classes 0 to ${classes - 1}`,
    );
  }
  if (!box.every(Number.isFinite) || !Number.isFinite(area)) {
    throw new UserError(`${name()} has a box or an area that isn't finite: [${box.join(', ')}], ${area}`);
  }
  if (box[2] < 0 || box[3] < 0) {
    throw new UserError(`${name()} has a box of negative size: ${box[2]} wide, ${box[3]} high`);
  }
  if (!masks) return;
  if (mask === undefined) throw new UserError(`${name()} has no mask`);
  if (mask.height !== height || mask.width !== width) {
    throw new UserError(
      `the mask of ${name()} is ${mask.height}×${mask.width}, the image ${height}×${width}`,
    );
  }
}

/** Masks of objects that all have one. */
export function masksOf(objects: readonly EvaluatedObject[]): RunLengthMask[] {
  return objects.flatMap(({ mask }) => (mask === undefined ? [] : [mask]));
}
