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
export interface Truth extends ScoredObject {
  readonly difficult: boolean;
  readonly crowd: boolean;
}

/** A detected object. */
export interface Prediction extends ScoredObject {
  readonly score: number;
  /** Decides between equal scores in VOC's protocols: the place in the list of all detections. */
  readonly position: number;
}

/** An instance as the protocols see it. Its area is the annotated one, or the mask's where there is none. */
export function truthOf(instance: Instance): Truth {
  const { label, mask, difficult, crowd, area = maskArea(mask) } = instance;
  return { label, box: cocoBoxOf(instance), area, mask, difficult, crowd };
}

/** A detection as the protocols see it. Its area is the box's, as when pycocotools reads a file of results. */
export function predictionOf(detection: Detection, position: number): Prediction {
  const { label, mask, score } = detection;
  const box = cocoBoxOf(detection);
  return { label, box, area: box[2] * box[3], mask, score, position };
}

function cocoBoxOf({ box: [x1, y1, x2, y2] }: LocatedObject): CocoBox {
  return [x1, y1, x2 - x1, y2 - y1];
}
