import type { Instance } from '../geometry/instance.js';

/** An image as 8-bit RGB, row by row, three bytes a pixel. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** An image with its truth, as every data set delivers it. */
export interface Sample {
  /** The file's stem. */
  readonly id: string;
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

/** Reads the sample of an id. Throws a UserError that names the file when it is missing, broken or inconsistent. */
export type SampleReader = (id: string) => Promise<Sample>;

/** A split of a data set: what there is, and a way to read each piece. */
export interface Dataset {
  /** A label is an index into this list. */
  readonly classes: readonly string[];
  readonly ids: readonly string[];
  /** What the user should know about the choice of ids, a sentence each. */
  readonly notices: readonly string[];
  readonly load: SampleReader;
}
