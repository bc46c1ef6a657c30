import type { Instance } from '../geometry/instance.js';

/** An image as 8-bit RGB, row by row, three bytes a pixel. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Name of an image in results: the file's stem, or the id in the COCO file where there is one. */
export type ImageId = number | string;

/** An image with its annotated objects, as every data set delivers it. */
export interface Sample {
  /** The file's stem; in a COCO file with several of them, its id is added. Names files that are made of it. */
  readonly id: string;
  readonly imageId: ImageId;
  readonly image: RgbImage;
  readonly instances: readonly Instance[];
  /**
   * Objects of classes that aren't trained: neither an example of a class nor evidence of background. Their label is
   * 0 and means nothing.
   */
  readonly ignored: readonly Instance[];
}

/** Use of samples: training has no use for objects without a pixel. */
export type Purpose = 'training' | 'evaluation';

/** Parts of every data set: what is learned from, and what is measured on. */
export type SplitName = 'train' | 'val';

/** Path and label of an image that shows one thing. */
export interface LabeledFile {
  /** Its path in the data's root. */
  readonly file: string;
  /** An index into the classes. */
  readonly label: number;
}

/** An image as a classifier sees it, with its label. */
export interface LabeledImage {
  /** The file's path in the data's root. */
  readonly id: string;
  readonly image: RgbImage;
  readonly label: number;
}
