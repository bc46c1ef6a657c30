import type { DataConfig } from '../config/schema.js';
import { sampleReader } from './open.js';
import type { Purpose, Sample } from './sample.js';
import { flipSample } from './transforms.js';

/** Which sample, and what is done to it. */
export interface SampleRequest {
  readonly id: string;
  /** Whether to mirror it left to right. */
  readonly flipped: boolean;
}

/** Which samples a source reads. */
export interface SourceOptions {
  readonly data: DataConfig;
  readonly purpose: Purpose;
}

/** Whoever reads samples: this thread or others. */
export interface SampleSource {
  /** Rejects with a UserError when a file is missing, broken or inconsistent. */
  read(request: SampleRequest): Promise<Sample>;
  /** Ends the threads, if there are any, also in the middle of their work; what isn't read yet is rejected. */
  close(): Promise<void>;
}

/** Reads samples in the caller's thread. */
export function inlineSource({ data, purpose }: SourceOptions): SampleSource {
  const read = sampleReader(data, purpose);
  return {
    async read({ id, flipped }) {
      const sample = await read(id);
      return flipped ? flipSample(sample) : sample;
    },
    async close() {},
  };
}
