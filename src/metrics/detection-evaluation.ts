import { groundTruthObject } from '../datasets/ground-truth.js';
import type { Detection, Instance } from '../geometry/instance.js';
import type { PrecisionRecall } from './average-precision.js';
import { DetectionEvaluator, type DetectionMetrics, type PerClass } from './detection-metrics.js';
import { ErrorAnalysis, type ErrorSummary } from './error-analysis.js';
import { detectedObject, type ScoredImage } from './scored-image.js';

/** An image with its ground truth and what a model detected in it. */
export interface DetectedImage {
  readonly id: string | number;
  readonly height: number;
  readonly width: number;
  readonly groundTruth: readonly Instance[];
  readonly detections: readonly Detection[];
}

/** Precision over recall of each class by the devkit's rule at IoU 0.5; null for a class without objects to be found. */
export type ClassCurves = PerClass<PrecisionRecall | null>;

/** Evaluation of a set of detections. */
export interface DetectionEvaluation {
  readonly metrics: DetectionMetrics;
  readonly curves: {
    readonly box: ClassCurves;
    /** Null where the detections or the annotated objects have no masks. */
    readonly mask: ClassCurves | null;
  };
  /** Analysis by masks, or where there are none by boxes. */
  readonly errors: ErrorSummary;
  /** Detections of each image by its id, in the order given. */
  readonly detections: ReadonlyMap<DetectedImage['id'], readonly Detection[]>;
}

/**
 * Scores detections by every protocol, VOC's and COCO's, boxes and masks, and sorts their mistakes by masks. It takes the
 * images one by one, so they may come from a generator. Detections with equal scores count in the order given.
 *
 * @param classes names; a label is an index into this list
 * @throws UserError that names image and object for a label that isn't one of the classes, a score that isn't a number, a
 * box of negative size, a mask that isn't as large as the image, and an image that is there twice
 */
export function evaluateDetections(
  images: Iterable<DetectedImage>,
  classes: readonly string[],
): DetectionEvaluation {
  const evaluator = new DetectionEvaluator(classes, { masks: true });
  const analysis = new ErrorAnalysis(classes, { geometry: 'mask' });
  const detections = new Map<DetectedImage['id'], readonly Detection[]>();
  let position = 0;
  for (const detected of images) {
    const image = scoredImage(detected, position);
    evaluator.add(image);
    analysis.add(image);
    detections.set(detected.id, detected.detections);
    position += detected.detections.length;
  }
  const metrics = evaluator.metrics();
  const curves = { box: evaluator.curves('box'), mask: evaluator.curves('mask') };
  return { metrics, curves, errors: analysis.summary(), detections };
}

/** @param position number of detections in all images before it */
function scoredImage(image: DetectedImage, position: number): ScoredImage {
  return {
    ...image,
    groundTruth: image.groundTruth.map(groundTruthObject),
    detections: image.detections.map((detection, i) => detectedObject(detection, position + i)),
  };
}
