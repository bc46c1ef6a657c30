import { UserError } from '../errors.js';
import type { RunLengthMask } from '../geometry/run-length-mask.js';
import type { Prediction, ScoredObject, Truth } from './objects.js';

/** An image with its truth and what was detected in it. */
export interface EvaluationImage {
  readonly id: string | number;
  readonly height: number;
  readonly width: number;
  readonly truths: readonly Truth[];
  readonly detections: readonly Prediction[];
}

/**
 * Throws a UserError that names image and object where a label isn't one of `classes`, a score or an edge isn't a
 * finite number, a box has a negative size, or a mask is missing (if masks are scored) or not as large as the image.
 */
export function checkEvaluationImage(image: EvaluationImage, classes: number, masks: boolean): void {
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
  { height, width }: EvaluationImage,
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
