import { readAhead, type Source } from '../loading/read-ahead.js';
import { threadedSource } from '../loading/threads.js';
import type { Dataset } from '../sample.js';
import type { ImageFacts } from './facts.js';
import { type FactsOptions, type FactsRequest, factsSource } from './facts-source.js';
import type { CheckedSplit, SplitName } from './split.js';

export interface InspectOptions extends FactsOptions {
  readonly splits: readonly { readonly name: SplitName; readonly dataset: Dataset }[];
  /** Threads that read; with 0 the caller's thread does. */
  readonly workers: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends the reading after the images at hand. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads every image of the splits.
 *
 * @returns what was read; of fewer images where the signal ended it
 */
export async function inspectSplits(options: InspectOptions): Promise<CheckedSplit[]> {
  const { data, thorough, splits, workers, onProgress, signal } = options;
  const requests = splits.flatMap(({ dataset: { ids, records } }) =>
    ids.map((id): FactsRequest => ({ id, record: records?.get(id) })),
  );
  const source: Source<FactsRequest, ImageFacts> =
    workers > 0
      ? threadedSource('#facts-worker', { data, thorough } satisfies FactsOptions, workers)
      : factsSource({ data, thorough });
  const loader = readAhead((n) => requests[n], requests.length, source, 4 * Math.max(workers, 1));
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
