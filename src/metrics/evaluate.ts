import type { Detection, Instance } from '../geometry/instance.js';
import type { EvaluationImage } from './evaluation-image.js';
import { DetectionEvaluator } from './evaluator.js';
import type { Metrics } from './metrics.js';
import { predictionOf, truthOf } from './objects.js';

/** An image with its truth and what the model found in it, as `evaluateDetections` takes it. */
export interface DetectedImage {
  readonly id: string | number;
  readonly height: number;
  readonly width: number;
  readonly truths: readonly Instance[];
  readonly detections: readonly Detection[];
}

/**
 * Scores detections by every protocol: VOC's and COCO's, boxes and masks. The images are taken one by one, so they
 * may come from a generator. Detections with equal scores count in the order given.
 *
 * @param classes their names; a label is an index into this list
 * @throws UserError that names image and object for a label that isn't one of the classes, a score that isn't a
 * number, a box of negative size, a mask that isn't as large as the image, and an image that is there twice.
 */
export function evaluateDetections(images: Iterable<DetectedImage>, classes: readonly string[]): Metrics {
  const evaluator = new DetectionEvaluator(classes, { masks: true });
  let position = 0;
  for (const image of images) {
    evaluator.add(evaluationImage(image, position));
    position += image.detections.length;
  }
  return evaluator.metrics();
}

/**
 * An image as the protocols see it.
 *
 * @param position number of detections in all images before it
 */
export function evaluationImage(image: DetectedImage, position: number): EvaluationImage {
  return {
    ...image,
    truths: image.truths.map(truthOf),
    detections: image.detections.map((detection, i) => predictionOf(detection, position + i)),
  };
}
