import type { ClassificationInputConfig } from '../../config/schema.js';
import { UserError } from '../../errors.js';
import { trainingOrder } from '../loading/order.js';
import { type Loader, readAhead, type Source } from '../loading/read-ahead.js';
import { threadedSource } from '../loading/threads.js';
import type { LabeledImage, LabeledSplit } from './labeled-image.js';
import { type LabeledRequest, type LabeledSourceOptions, labeledSource } from './source.js';

/** How images are read. */
export interface LabeledLoadingOptions {
  readonly split: LabeledSplit;
  readonly input: ClassificationInputConfig;
  /** Threads that decode and augment; with 0 the caller's thread does. */
  readonly workers: number;
  /** How many images are at most being read or waiting to be taken, at least 1. */
  readonly ahead: number;
}

/**
 * Reads training images ahead of the consumer: shuffled epochs without an end, cropped, mirrored and colored by chance.
 * What comes at a position depends on seed, files and position alone, not on the number of threads or their timing.
 *
 * @param start the position of the first image in the endless order: how many images the run has seen before
 */
export function labeledTrainingLoader(
  options: LabeledLoadingOptions & { readonly seed: number; readonly start: number },
): Loader<LabeledImage> {
  const { split, seed, start } = options;
  const order = trainingOrder(seed, split.files.length);
  const request = (n: number): LabeledRequest => {
    const position = start + n;
    return { ...split.files[order(position)], view: { kind: 'training', seed, position } };
  };
  return readAhead(request, Number.POSITIVE_INFINITY, openSource(options), options.ahead);
}

/**
 * Reads the images of a split once, in their order; one that can't be read comes as the error that says so. Leaving the
 * loop ends the threads.
 *
 * @param kind how they are seen
 */
export async function* labeledImages(
  options: LabeledLoadingOptions,
  kind: 'evaluation' | 'check',
): AsyncGenerator<LabeledImage | UserError, void, undefined> {
  const { files } = options.split;
  const request = (n: number): LabeledRequest => ({ ...files[n], view: { kind } });
  const loader = readAhead(request, files.length, openSource(options), options.ahead);
  try {
    for (let n = 0; n < files.length; n++) {
      yield await loader.next().catch((error: unknown) => {
        if (error instanceof UserError) return error;
        throw error;
      });
    }
  } finally {
    await loader.close();
  }
}

function openSource({
  split: { root },
  input,
  workers,
}: LabeledLoadingOptions): Source<LabeledRequest, LabeledImage> {
  const options: LabeledSourceOptions = { root, input };
  return workers > 0 ? threadedSource('#labeled-worker', options, workers) : labeledSource(options);
}
