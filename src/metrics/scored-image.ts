import { UserError } from '../errors.js';
import type { CocoBox } from '../geometry/boxes.js';
import type { Detection, Instance, LocatedObject } from '../geometry/instance.js';
import { maskArea, type RunLengthMask } from '../geometry/run-length-mask.js';

/** What the protocols look at in an object, be it annotated or detected. */
export interface ScoredObject {
  /** Index into the list of classes, from 0. */
  readonly label: number;
  /**
   * In pixels of the original image. The devkit's inclusive pixels `x + 1 … x + width` are the same rectangle, so
   * its "+ 1" is in here already.
   */
  readonly box: CocoBox;
  /** What COCO's size classes go by, in pixels. */
  readonly area: number;
  /** As large as the image; undefined where only boxes are scored. */
  readonly mask: RunLengthMask | undefined;
}

/** An annotated object. */
export interface GroundTruthObject extends ScoredObject {
  readonly difficult: boolean;
  readonly crowd: boolean;
}

/** A detected object. */
export interface DetectedObject extends ScoredObject {
  readonly score: number;
  /** Decides between equal scores in VOC's protocols: the place in the list of all detections. */
  readonly position: number;
}

/** An instance as the protocols see it. Its area is the annotated one, or the mask's where there is none. */
export function groundTruthObject(instance: Instance): GroundTruthObject {
  const { label, mask, difficult, crowd, area = maskArea(mask) } = instance;
  return { label, box: cocoBoxOf(instance), area, mask, difficult, crowd };
}

/** A detection as the protocols see it. Its area is the box's, as when pycocotools reads a file of results. */
export function detectedObject(detection: Detection, position: number): DetectedObject {
  const { label, mask, score } = detection;
  const box = cocoBoxOf(detection);
  return { label, box, area: box[2] * box[3], mask, score, position };
}

function cocoBoxOf({ box: [x1, y1, x2, y2] }: LocatedObject): CocoBox {
  return [x1, y1, x2 - x1, y2 - y1];
}

/** An image with its truth and what was detected in it. */
export interface ScoredImage {
  readonly id: string | number;
  readonly height: number;
  readonly width: number;
  readonly truths: readonly GroundTruthObject[];
  readonly detections: readonly DetectedObject[];
}

/**
 * Throws a UserError that names image and object where a label isn't one of `classes`, a score or an edge isn't a
 * finite number, a box has a negative size, or a mask is missing (if masks are scored) or not as large as the image.
 */
export function checkScoredImage(image: ScoredImage, classes: number, masks: boolean): void {
  image.truths.forEach((truth, i) => {
    checkObject(truth, () => `truth ${i} of image ${image.id}`, image, classes, masks);
  });
  image.detections.forEach((detection, i) => {
    const name = () => `detection ${i} of image ${image.id}`;
    checkObject(detection, name, image, classes, masks);
    if (!Number.isFinite(detection.score)) {
      throw new UserError(`${name()} has the score ${detection.score}; scores are finite numbers`);
    }
  });
}

function checkObject(
  { label, box, area, mask }: ScoredObject,
  name: () => string,
  { height, width }: ScoredImage,
  classes: number,
  masks: boolean,
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

/** The masks of objects that all have one. */
export function masksOf(objects: readonly ScoredObject[]): RunLengthMask[] {
  return objects.flatMap(({ mask }) => (mask === undefined ? [] : [mask]));
}
