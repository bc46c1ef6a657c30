import type { DataConfig } from '../config/schema.js';
import { randomStream } from '../random.js';
import { trainingOrder } from './order.js';
import type { Purpose, Sample } from './sample.js';
import { inlineSource, type SampleRequest, type SampleSource } from './sample-source.js';
import { threadedSource } from './sample-threads.js';

/** How samples are read. */
export interface LoadingOptions {
  readonly data: DataConfig;
  /** The ids of the split, from `openDataset`. */
  readonly ids: readonly string[];
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

/** An endless sequence of training samples. */
export interface SampleLoader {
  /**
   * The next sample. Rejects with a UserError when a file is missing, broken or inconsistent; the call after that goes
   * on with the next position.
   */
  next(): Promise<Sample>;
  /** Ends the threads, also in the middle of their work. */
  close(): Promise<void>;
}

/**
 * Reads training samples ahead of the consumer: shuffled epochs without an end, from `start` on, mirrored by chance.
 * What comes at a position depends on seed, ids and position alone, not on the number of threads or their timing.
 */
export function trainingLoader(options: TrainingLoaderOptions): SampleLoader {
  const { ids, seed, start, horizontalFlip } = options;
  const order = trainingOrder(seed, ids.length);
  const request = (n: number): SampleRequest => {
    const position = start + n;
    const flipped = randomStream(seed, 'augment', position).uniform() < horizontalFlip;
    return { id: ids[order(position)], flipped };
  };
  return sampleLoader(request, Number.POSITIVE_INFINITY, openSource(options, 'training'), options.ahead);
}

/**
 * Reads the samples of a split once, in the order of their ids, ahead of the consumer. Leaving the loop ends the threads.
 */
export async function* evaluationLoader(options: LoadingOptions): AsyncGenerator<Sample, void, undefined> {
  const { ids } = options;
  const loader = onceThrough(options, 'evaluation');
  try {
    for (let n = 0; n < ids.length; n++) yield await loader.next();
  } finally {
    await loader.close();
  }
}

/** Reads the samples of a split once, in the order of their ids; `next` may be called once for each. */
export function onceThrough(options: LoadingOptions, purpose: Purpose): SampleLoader {
  const { ids, ahead } = options;
  const request = (n: number): SampleRequest => ({ id: ids[n], flipped: false });
  return sampleLoader(request, ids.length, openSource(options, purpose), ahead);
}

function openSource({ data, workers }: LoadingOptions, purpose: Purpose): SampleSource {
  return workers > 0 ? threadedSource({ data, purpose }, workers) : inlineSource({ data, purpose });
}

/**
 * Delivers the answers to a sequence of requests in their order, keeping at most `ahead` samples in the making or
 * waiting.
 *
 * @param request the n-th request.
 * @param count how many requests there are, and how often `next` may be called.
 */
export function sampleLoader(
  request: (n: number) => SampleRequest,
  count: number,
  source: SampleSource,
  ahead: number,
): SampleLoader {
  const waiting: Promise<Sample>[] = [];
  let requested = 0;
  let delivered = 0;
  const readOne = (): Promise<Sample> => {
    const sample = source.read(request(requested++));
    // A failure is the consumer's to handle, when its turn comes.
    sample.catch(() => {});
    return sample;
  };
  const readAhead = (): void => {
    while (requested < count && requested - delivered < ahead) waiting.push(readOne());
  };
  readAhead();
  return {
    async next() {
      const sample = waiting.shift() ?? readOne();
      try {
        return await sample;
      } finally {
        delivered++;
        readAhead();
      }
    },
    close: () => source.close(),
  };
}
