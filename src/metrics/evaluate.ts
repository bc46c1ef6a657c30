import type { Detection, Instance } from '../geometry/instance.js';
import type { PrecisionRecall } from './average-precision.js';
import { ErrorAnalysis, type ErrorSummary } from './error-analysis.js';
import type { EvaluationImage } from './evaluation-image.js';
import { DetectionEvaluator } from './evaluator.js';
import type { Metrics, PerClass } from './metrics.js';
import { predictionOf, truthOf } from './objects.js';

/** An image with its truth and what the model found in it, as `evaluateDetections` takes it. */
export interface DetectedImage {
  readonly id: string | number;
  readonly height: number;
  readonly width: number;
  readonly truths: readonly Instance[];
  readonly detections: readonly Detection[];
}

/** Precision over recall of each class by the devkit's rule at IoU 0.5; null for a class without truths to be found. */
export type Curves = PerClass<PrecisionRecall | null>;

/** All that is said of a set of detections. */
export interface Evaluation {
  readonly metrics: Metrics;
  readonly curves: {
    readonly box: Curves;
    /** Null where the detections or the truths have no masks. */
    readonly mask: Curves | null;
  };
  /** By masks, or where there are none by boxes. */
  readonly errors: ErrorSummary;
}

/**
 * Scores detections by every protocol, VOC's and COCO's, boxes and masks, and sorts their mistakes by masks. The images
 * are taken one by one, so they may come from a generator. Detections with equal scores count in the order given.
 *
 * @param classes their names; a label is an index into this list
 * @throws UserError that names image and object for a label that isn't one of the classes, a score that isn't a
 * number, a box of negative size, a mask that isn't as large as the image, and an image that is there twice.
 */
export function evaluateDetections(images: Iterable<DetectedImage>, classes: readonly string[]): Evaluation {
  const evaluator = new DetectionEvaluator(classes, { masks: true });
  const analysis = new ErrorAnalysis(classes, { geometry: 'mask' });
  let position = 0;
  for (const detected of images) {
    const image = evaluationImage(detected, position);
    evaluator.add(image);
    analysis.add(image);
    position += detected.detections.length;
  }
  const metrics = evaluator.metrics();
  const curves = { box: evaluator.curves('box'), mask: evaluator.curves('mask') };
  return { metrics, curves, errors: analysis.summary() };
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
