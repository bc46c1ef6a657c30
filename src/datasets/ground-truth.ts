import type { CocoBox } from '../geometry/boxes.js';
import type { Instance, LocatedObject } from '../geometry/instance.js';
import { maskArea, type RunLengthMask } from '../geometry/run-length-mask.js';
import type { ImageId } from './sample.js';

/** Properties of an object, annotated or detected, that evaluation protocols look at. */
export interface EvaluatedObject {
  /** Index into the list of classes, from 0. */
  readonly label: number;
  /**
   * In pixels of the original image. The devkit's inclusive pixels `x + 1 … x + width` are the same rectangle, so its
   * "+ 1" is in here already.
   */
  readonly box: CocoBox;
  /** Area in pixels that decides about COCO's size class. */
  readonly area: number;
  /** As large as the image; undefined where only boxes are scored. */
  readonly mask: RunLengthMask | undefined;
}

/** An annotated object. */
export interface GroundTruthObject extends EvaluatedObject {
  readonly difficult: boolean;
  readonly crowd: boolean;
}

/** An instance as evaluation protocols see it. Its area is the annotated one, or the mask's where there is none. */
export function groundTruthObject(instance: Instance): GroundTruthObject {
  const { label, mask, difficult, crowd, area = maskArea(mask) } = instance;
  return { label, box: cocoBoxOf(instance), area, mask, difficult, crowd };
}

/** Box as `[x, y, width, height]`. */
export function cocoBoxOf({ box: [x1, y1, x2, y2] }: Pick<LocatedObject, 'box'>): CocoBox {
  return [x1, y1, x2 - x1, y2 - y1];
}

/** Annotations of a split that detections are scored against. */
export interface GroundTruth {
  /** File or split that it comes from, for messages. */
  readonly name: string;
  /** A label is an index into this list. */
  readonly categories: readonly Named[];
  /** In the order in which they are scored. */
  readonly images: readonly Named[];
  /** Objects without masks as the beginning of a sentence, such as `train.json has no masks`; undefined where all have one. */
  readonly maskless: string | undefined;
  /** Sentences that the user should know. */
  readonly notices: readonly string[];
  /**
   * Reads the objects of an image.
   *
   * @param image index into `images`
   * @param masks whether masks are wanted
   * @throws UserError that names file and object for damaged annotations
   */
  load(image: number, masks: boolean): Promise<GroundTruthImage>;
}

/** A category or an image, and what results files may call it. */
interface Named {
  readonly id: ImageId;
  /** Other names, such as an image's file name. */
  readonly names: readonly string[];
}

/** Annotated objects of an image. */
interface GroundTruthImage {
  readonly height: number;
  readonly width: number;
  readonly objects: readonly GroundTruthObject[];
}
