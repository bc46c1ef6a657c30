import type { RgbImage } from '../sample.js';

/** A file and what it shows. */
export interface LabeledFile {
  /** Its path in the data's root. */
  readonly file: string;
  /** An index into the classes. */
  readonly label: number;
}

/** An image as a classifier sees it, and what it shows. */
export interface LabeledImage {
  /** The file's path in the data's root. */
  readonly id: string;
  readonly image: RgbImage;
  readonly label: number;
}

/** A split of images that show one thing each. */
export interface LabeledSplit {
  /** The folder or list that it comes from, for messages. */
  readonly source: string;
  /** The folder that the files' paths start from. */
  readonly root: string;
  /** A label is an index into this list. */
  readonly classes: readonly string[];
  readonly files: readonly LabeledFile[];
  /** What the user should know about the choice of files, a sentence each. */
  readonly notices: readonly string[];
}
