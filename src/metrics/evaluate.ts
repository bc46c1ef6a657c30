import type { Detection, Instance } from '../geometry/instance.js';
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
  for (const { truths, detections, ...image } of images) {
    evaluator.add({
      ...image,
      truths: truths.map(truthOf),
      detections: detections.map((detection) => predictionOf(detection, position++)),
    });
  }
  return evaluator.metrics();
}
