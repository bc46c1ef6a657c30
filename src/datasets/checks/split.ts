import type { Dataset } from '../sample.js';
import type { ImageFacts } from './facts.js';

export type SplitName = 'train' | 'val';

/** A split and what was read of its images. */
export interface CheckedSplit {
  readonly name: SplitName;
  readonly dataset: Dataset;
  readonly images: readonly ImageFacts[];
}
