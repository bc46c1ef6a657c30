import type { DataConfig } from '../../config/schema.js';
import type { CocoRecord } from '../coco/record.js';
import type { Source } from '../loading/read-ahead.js';
import { imageReader } from '../reader.js';
import { factsOf, type ImageFacts } from './facts.js';

/** Which image. */
export interface FactsRequest {
  readonly id: string;
  /** What the annotation file says about the image, in formats that have one for all images. */
  readonly record: CocoRecord | undefined;
}

/** What facts are read of. */
export interface FactsOptions {
  readonly data: DataConfig;
  /** Whether to read files, too, that only checks need. */
  readonly thorough: boolean;
}

/** Reads images for checks in the caller's thread. */
export function factsSource({ data, thorough }: FactsOptions): Source<FactsRequest, ImageFacts> {
  const read = imageReader(data, thorough);
  return {
    read: async ({ id, record }) => factsOf(await read(id, record)),
    async close() {},
  };
}
