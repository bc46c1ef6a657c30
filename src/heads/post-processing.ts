import { type Boxes, clipBoxes, decodeBoxes, largeBoxes, selectBoxes } from '../geometry/boxes.js';
import type { ImageSize } from '../geometry/image-size.js';
import { nonMaximumSuppression, topK } from '../geometry/score-selection.js';
import { boxCoderWeights } from '../roi/sampling.js';

/** Outputs of the box head for the RoIs of one image. */
export interface BoxOutput {
  /** `[R · 4]` in pixels of the network's input. */
  readonly rois: Boxes;
  /** `[R · (C + 1)]` probabilities; class 0 is background. */
  readonly probabilities: Float32Array;
  /** `[R · (C + 1) · 4]` */
  readonly offsets: Float32Array;
  /** C + 1 */
  readonly classes: number;
}

/** Limits of the detections that stay. */
export interface DetectionSettings {
  /** Score that a detection has to exceed. */
  readonly scoreThreshold: number;
  /** IoU above which the worse of two detections of a class goes. */
  readonly nmsThreshold: number;
  /** Largest number of detections an image. */
  readonly detectionsPerImage: number;
}

/** Detections without their masks, by falling score. */
export interface DetectedBoxes {
  /** `[D · 4]` in pixels of the network's input. */
  readonly boxes: Boxes;
  /** `[D]`, 0 to 1. */
  readonly scores: Float32Array;
  /** `[D]`: classes from 1. */
  readonly labels: Int32Array;
}

/** Shortest side of a detection, in pixels of the network's input. */
const smallestSide = 1e-2;

/**
 * Turns class probabilities and offsets into detections: for each class the RoIs that score above the threshold, moved,
 * clipped to the image and thinned out by non-maximum suppression; then the best of all classes.
 *
 * @param image size of the image in the network's input, without padding
 */
export function selectDetections(
  output: BoxOutput,
  image: ImageSize,
  settings: DetectionSettings,
): DetectedBoxes {
  const { scoreThreshold, nmsThreshold, detectionsPerImage } = settings;
  const found: { scores: Float32Array; boxes: Boxes; label: number }[] = [];
  for (let label = 1; label < output.classes; label++) {
    const { scores, boxes } = classCandidates(output, label, image, scoreThreshold);
    const stay = nonMaximumSuppression(boxes, scores, nmsThreshold, detectionsPerImage);
    found.push({
      scores: Float32Array.from(stay, (i) => scores[i]),
      boxes: selectBoxes(boxes, stay),
      label,
    });
  }
  const scores = Float32Array.from(found.flatMap((ofClass) => [...ofClass.scores]));
  const boxes = Float32Array.from(found.flatMap((ofClass) => [...ofClass.boxes]));
  const labels = found.flatMap((ofClass) => Array.from(ofClass.scores, () => ofClass.label));
  const best = topK(scores, detectionsPerImage);
  return {
    boxes: selectBoxes(boxes, best),
    scores: Float32Array.from(best, (i) => scores[i]),
    labels: best.map((i) => labels[i]),
  };
}

function classCandidates(
  { rois, probabilities, offsets, classes }: BoxOutput,
  label: number,
  image: ImageSize,
  scoreThreshold: number,
): { scores: Float32Array; boxes: Boxes } {
  const chosen: number[] = [];
  for (let roi = 0; roi < rois.length / 4; roi++) {
    if (probabilities[roi * classes + label] > scoreThreshold) chosen.push(roi);
  }
  const moved = decodeBoxes(
    selectBoxes(rois, chosen),
    selectBoxes(
      offsets,
      chosen.map((roi) => roi * classes + label),
    ),
    boxCoderWeights,
  );
  clipBoxes(moved, image);
  const large = largeBoxes(moved, smallestSide);
  return {
    scores: Float32Array.from(large, (i) => probabilities[chosen[i] * classes + label]),
    boxes: selectBoxes(moved, large),
  };
}
