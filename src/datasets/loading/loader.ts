import type { DataConfig } from '../../config/schema.js';
import { randomStream } from '../../random.js';
import type { Dataset, Purpose, Sample } from '../sample.js';
import { type SampleRequest, type SampleSourceOptions, sampleSource } from '../sample-source.js';
import { trainingOrder } from './order.js';
import { type Loader, readAhead, type Source } from './read-ahead.js';
import { threadedSource } from './threads.js';

/** How samples are read. */
export interface LoadingOptions {
  readonly data: DataConfig;
  /** The ids of the split, from `openDataset`. */
  readonly ids: readonly string[];
  /** The dataset's, where it has them. */
  readonly records?: Dataset['records'];
  /** Threads that decode and augment; with 0 the caller's thread does. */
  readonly workers: number;
  /** How many samples are at most being read or waiting to be taken, at least 1. */
  readonly ahead: number;
}

export interface TrainingLoaderOptions extends LoadingOptions {
  readonly seed: number;
  /** The position of the first sample in the endless order: how many samples the run has seen before. */
  readonly start: number;
  /** Share of the samples that are mirrored. */
  readonly horizontalFlip: number;
}

/** A sequence of samples. Rejects with a UserError when a file is missing, broken or inconsistent. */
export type SampleLoader = Loader<Sample>;

/**
 * Reads training samples ahead of the consumer: shuffled epochs without an end, from `start` on, mirrored by chance.
 * What comes at a position depends on seed, ids and position alone, not on the number of threads or their timing.
 */
export function trainingLoader(options: TrainingLoaderOptions): SampleLoader {
  const { ids, records, seed, start, horizontalFlip } = options;
  const order = trainingOrder(seed, ids.length);
  const request = (n: number): SampleRequest => {
    const position = start + n;
    const flipped = randomStream(seed, 'augment', position).uniform() < horizontalFlip;
    const id = ids[order(position)];
    return { id, record: records?.get(id), flipped };
  };
  return readAhead(request, Number.POSITIVE_INFINITY, openSource(options, 'training'), options.ahead);
}

/**
 * Reads the samples of a split once, in the order of their ids, ahead of the consumer. Leaving the loop ends the threads.
 */
export async function* evaluationLoader(options: LoadingOptions): AsyncGenerator<Sample, void, undefined> {
  const { ids, records, ahead } = options;
  const request = (n: number): SampleRequest => ({
    id: ids[n],
    record: records?.get(ids[n]),
    flipped: false,
  });
  const loader = readAhead(request, ids.length, openSource(options, 'evaluation'), ahead);
  try {
    for (let n = 0; n < ids.length; n++) yield await loader.next();
  } finally {
    await loader.close();
  }
}

function openSource({ data, workers }: LoadingOptions, purpose: Purpose): Source<SampleRequest, Sample> {
  const options: SampleSourceOptions = { data, purpose };
  return workers > 0 ? threadedSource('#sample-worker', options, workers) : sampleSource(options);
}
