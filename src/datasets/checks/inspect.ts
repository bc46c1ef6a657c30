import type { Dataset } from '../dataset-format.js';
import { readerOf } from '../left-out.js';
import { readAhead, type Source } from '../loading/read-ahead.js';
import { threadedSource } from '../loading/threads.js';
import type { SplitName } from '../sample.js';
import { type FactsRequest, factsSource, type ImageFacts } from './facts.js';

/** A split that is to be checked. */
export interface NamedSplit {
  readonly name: SplitName;
  readonly dataset: Dataset;
}

/** A split and what was read of its images. */
export interface CheckedSplit extends NamedSplit {
  readonly images: readonly ImageFacts[];
}

export interface InspectOptions {
  /** Splits of one data set. */
  readonly splits: readonly NamedSplit[];
  /** Whether to read files, too, that only checks need. */
  readonly thorough: boolean;
  /** Threads that read; with 0 the caller's thread does. */
  readonly workers: number;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Ends the reading after the images at hand. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads every image of the splits.
 *
 * @returns what was read; of fewer images where the signal ended it
 */
export async function inspectSplits(options: InspectOptions): Promise<CheckedSplit[]> {
  const { splits, workers, onProgress, signal } = options;
  const requests = splits.flatMap(({ dataset: { ids, records } }) =>
    ids.map((id): FactsRequest => ({ id, record: records?.get(id) })),
  );
  if (requests.length === 0) return splits.map((split) => ({ ...split, images: [] }));
  const loader = readAhead(
    (n) => requests[n],
    requests.length,
    openSource(options),
    4 * Math.max(workers, 1),
  );
  const images: ImageFacts[] = [];
  try {
    while (images.length < requests.length && !signal?.aborted) {
      images.push(await loader.next());
      onProgress?.(images.length, requests.length);
    }
  } finally {
    await loader.close();
  }
  let start = 0;
  return splits.map(({ name, dataset }) => {
    const own = images.slice(start, start + dataset.ids.length);
    start += dataset.ids.length;
    return { name, dataset, images: own };
  });
}

function openSource({ splits, thorough, workers }: InspectOptions): Source<FactsRequest, ImageFacts> {
  const { format, data } = splits[0].dataset;
  if (workers === 0) return factsSource(readerOf({ format, data }, thorough));
  return threadedSource({ kind: 'facts', module: format.module, data, thorough }, workers);
}
