import type { Box } from './boxes.js';
import type { RunLengthMask } from './run-length-mask.js';

/** Place and class of an object, annotated or predicted. */
export interface LocatedObject {
  /** In pixels of the original image. */
  readonly box: Box;
  /** Index into the list of classes, from 0. */
  readonly label: number;
  /** As large as the original image. */
  readonly mask: RunLengthMask;
}

/** An annotated object. */
export interface Instance extends LocatedObject {
  /** VOC's flag: left out of the devkit's box protocol. */
  readonly difficult: boolean;
  /** COCO's flag: the region holds many objects of the class. */
  readonly crowd: boolean;
  /** Area that COCO's size classes go by, in pixels, where the annotation has one; else it is the mask's. */
  readonly area?: number;
}

/** An object that the model found. */
export interface Detection extends LocatedObject {
  /** Name of the class. */
  readonly category: string;
  /** 0 to 1. */
  readonly score: number;
}
