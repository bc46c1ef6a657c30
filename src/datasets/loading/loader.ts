import { UserError } from '../../errors.js';
import { randomStream } from '../../random.js';
import type { Dataset } from '../dataset-format.js';
import type { Finding } from '../finding.js';
import { copyImage, flipSample } from '../images/flip.js';
import { isLeftOut, readerOf } from '../left-out.js';
import { type ImageReader, sampleOf } from '../read-image.js';
import type { Purpose, Sample } from '../sample.js';
import { trainingOrder } from './order.js';
import { type Loader, readAhead, type Source } from './read-ahead.js';
import { threadedSource } from './threads.js';

/** Manner in which samples are read. */
export interface LoadingOptions {
  readonly dataset: Dataset;
  /** Threads that decode and augment; with 0 the caller's thread does. */
  readonly workers: number;
  /** Maximum number of samples being read or waiting to be taken, at least 1. */
  readonly ahead: number;
}

export interface TrainingLoaderOptions extends LoadingOptions {
  readonly seed: number;
  /** The position of the first sample in the endless order: the number of samples that the run has seen before. */
  readonly start: number;
  /** Share of the samples that are mirrored. */
  readonly horizontalFlip: number;
}

/** A sequence of samples. Rejects with a UserError when a file is missing, broken or inconsistent. */
export type SampleLoader = Loader<Sample>;

/**
 * Reads training samples ahead of the consumer: shuffled epochs without an end, from `start` on, mirrored by chance.
 * The sample at a position depends on seed, ids and position alone, not on the number of threads or their timing.
 */
export function trainingLoader(options: TrainingLoaderOptions): SampleLoader {
  const { dataset, seed, start, horizontalFlip } = options;
  const { ids, records } = dataset;
  const order = trainingOrder(seed, ids.length);
  const request = (n: number): SampleRequest => {
    const position = start + n;
    const flipped = randomStream(seed, 'augment', position).uniform() < horizontalFlip;
    const id = ids[order(position)];
    return { id, record: records?.get(id), flipped };
  };
  const loader = readAhead(request, Number.POSITIVE_INFINITY, openSource(options, 'training'), options.ahead);
  const next = async (): Promise<Sample> => {
    const { sample, findings } = await loader.next();
    // Those of which that was known aren't among the ids.
    if (!sample) throw new UserError(findings[0].message);
    return sample;
  };
  return { next, close: () => loader.close() };
}

/**
 * Reads the samples of a split once, in the order of their ids, ahead of the consumer. Leaving the loop ends the threads.
 *
 * @param onFindings called with an image's findings before its sample; where the settings leave an image out, no sample
 * follows
 */
export async function* evaluationLoader(
  options: LoadingOptions,
  onFindings?: (findings: readonly Finding[]) => void,
): AsyncGenerator<Sample, void, undefined> {
  const { ids, records } = options.dataset;
  const request = (n: number): SampleRequest => ({
    id: ids[n],
    record: records?.get(ids[n]),
    flipped: false,
  });
  const loader = readAhead(request, ids.length, openSource(options, 'evaluation'), options.ahead);
  try {
    for (let n = 0; n < ids.length; n++) {
      const { sample, findings } = await loader.next();
      onFindings?.(findings);
      if (sample) yield sample;
    }
  } finally {
    await loader.close();
  }
}

function openSource(
  { dataset, workers }: LoadingOptions,
  purpose: Purpose,
): Source<SampleRequest, LoadedSample> {
  const { data, classes, format } = dataset;
  return workers > 0
    ? threadedSource({ kind: 'samples', module: format.module, data, classes, purpose }, workers)
    : sampleSource(readerOf(dataset, false), classes, purpose);
}

/** Request for a sample, and for what is done to it. */
interface SampleRequest {
  readonly id: string;
  /** Knowledge of the split about it, see `SplitContents`. */
  readonly record: unknown;
  /** Whether to mirror it left to right. */
  readonly flipped: boolean;
}

/** A sample and what was found while it was read. */
interface LoadedSample {
  /** Undefined where the settings leave the image out. */
  readonly sample: Sample | undefined;
  readonly findings: readonly Finding[];
}

/**
 * Reads samples in the caller's thread, with pixels that can be handed to another one. Rejects with a UserError when a
 * file is missing, broken or inconsistent.
 */
export function sampleSource(
  reader: ImageReader,
  classes: readonly string[],
  purpose: Purpose,
): Source<SampleRequest, LoadedSample> {
  return {
    async read({ id, record, flipped }) {
      const read = await reader.read(id, record);
      const { findings } = read;
      if (isLeftOut(read)) return { sample: undefined, findings };
      const sample = sampleOf(read, classes, purpose);
      return {
        sample: flipped ? flipSample(sample) : { ...sample, image: copyImage(sample.image) },
        findings,
      };
    },
    async close() {},
  };
}
