import type { Instance } from '../geometry/instance.js';
import type { CocoRecord } from './coco/record.js';

/** An image as 8-bit RGB, row by row, three bytes a pixel. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** What results call an image: the file's stem, or the id in the COCO file where there is one. */
export type ImageId = number | string;

/** An image with its truth, as every data set delivers it. */
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

/** What samples are read for: training has no use for an image without any annotated object. */
export type Purpose = 'training' | 'evaluation';

/**
 * Reads the sample of an id. Throws a UserError that names the file when it is missing, broken or inconsistent.
 *
 * @param record what the annotation file says about it, in formats that have one for all images
 */
export type SampleReader = (id: string, record?: CocoRecord) => Promise<Sample>;

/** A split of a data set: what there is, and a way to read each piece. */
export interface Dataset {
  /** The list or annotation file that it comes from, for messages. */
  readonly source: string;
  /** The folder of its photographs. */
  readonly photos: string;
  /** A label is an index into this list. */
  readonly classes: readonly string[];
  /** Every class that the data's own list names, whether or not it is trained. */
  readonly names: readonly string[];
  readonly ids: readonly string[];
  /** What the annotation file says about each of the ids, in formats that have one for all images. */
  readonly records?: ReadonlyMap<string, CocoRecord> | undefined;
  /** What the user should know about the choice of ids, a sentence each. */
  readonly notices: readonly string[];
  load(id: string): Promise<Sample>;
}
