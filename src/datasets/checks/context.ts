import type { Finding } from '../finding.js';
import type { ImageFacts } from './facts.js';

/** What a check knows beside the image. */
export interface CheckContext {
  readonly split: 'train' | 'val';
  /** What is trained. */
  readonly classes: readonly string[];
  /** Every class that the data's own list names. */
  readonly names: readonly string[];
  /** Whether training leaves out images without annotations by itself. */
  readonly skipsEmpty: boolean;
}

/** Finds what is wrong or doubtful in an image. */
export type ImageCheck = (image: ImageFacts, context: CheckContext) => readonly Finding[];
