import type { DataConfig } from '../config/schema.js';
import type { CocoRecord } from './coco/record.js';
import { copyImage, flipSample } from './images/flip.js';
import type { Source } from './loading/read-ahead.js';
import { sampleReader } from './reader.js';
import type { Purpose, Sample } from './sample.js';

/** Which sample, and what is done to it. */
export interface SampleRequest {
  readonly id: string;
  /** What the annotation file says about the image, in formats that have one for all images. */
  readonly record: CocoRecord | undefined;
  /** Whether to mirror it left to right. */
  readonly flipped: boolean;
}

/** Which samples a source reads. */
export interface SampleSourceOptions {
  readonly data: DataConfig;
  readonly purpose: Purpose;
}

/**
 * Reads samples in the caller's thread, with pixels that can be handed to another one. Rejects with a UserError when a
 * file is missing, broken or inconsistent.
 */
export function sampleSource({ data, purpose }: SampleSourceOptions): Source<SampleRequest, Sample> {
  const read = sampleReader(data, purpose);
  return {
    async read({ id, record, flipped }) {
      const sample = await read(id, record);
      return flipped ? flipSample(sample) : { ...sample, image: copyImage(sample.image) };
    },
    async close() {},
  };
}
