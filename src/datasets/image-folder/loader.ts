import type { ClassificationInputConfig } from '../../config/schema.js';
import { UserError } from '../../errors.js';
import { trainingOrder } from '../order.js';
import { type Loader, readAhead, type Source } from '../read-ahead.js';
import { threadedSource } from '../threads.js';
import type { LabelledImage, LabelledSplit } from './labelled-image.js';
import { type LabelledRequest, type LabelledSourceOptions, labelledSource } from './source.js';

/** How images are read. */
export interface LabelledLoadingOptions {
  readonly split: LabelledSplit;
  readonly input: ClassificationInputConfig;
  /** Threads that decode and augment; with 0 the caller's thread does. */
  readonly workers: number;
  /** How many images are at most being read or waiting to be taken, at least 1. */
  readonly ahead: number;
}

/**
 * Reads training images ahead of the consumer: shuffled epochs without an end, cropped, mirrored and coloured by chance.
 * What comes at a position depends on seed, files and position alone, not on the number of threads or their timing.
 *
 * @param start the position of the first image in the endless order: how many images the run has seen before
 */
export function labelledTrainingLoader(
  options: LabelledLoadingOptions & { readonly seed: number; readonly start: number },
): Loader<LabelledImage> {
  const { split, seed, start } = options;
  const order = trainingOrder(seed, split.files.length);
  const request = (n: number): LabelledRequest => {
    const position = start + n;
    return { ...split.files[order(position)], view: { kind: 'training', seed, position } };
  };
  return readAhead(request, Number.POSITIVE_INFINITY, openSource(options), options.ahead);
}

/**
 * Reads the images of a split once, in their order. Leaving the loop ends the threads.
 *
 * @param kind how they are seen
 * @param onUnreadable is told of an image that can't be read, which is then left out; without it, that is thrown
 */
export async function* labelledImages(
  options: LabelledLoadingOptions,
  kind: 'evaluation' | 'check',
  onUnreadable?: (error: UserError, index: number) => void,
): AsyncGenerator<LabelledImage, void, undefined> {
  const { files } = options.split;
  const request = (n: number): LabelledRequest => ({ ...files[n], view: { kind } });
  const loader = readAhead(request, files.length, openSource(options), options.ahead);
  try {
    for (let n = 0; n < files.length; n++) {
      const image = await loader.next().catch((error: unknown) => {
        if (!(error instanceof UserError) || onUnreadable === undefined) throw error;
        onUnreadable(error, n);
        return undefined;
      });
      if (image) yield image;
    }
  } finally {
    await loader.close();
  }
}

function openSource({
  split: { root },
  input,
  workers,
}: LabelledLoadingOptions): Source<LabelledRequest, LabelledImage> {
  const options: LabelledSourceOptions = { root, input };
  return workers > 0 ? threadedSource('#labelled-worker', options, workers) : labelledSource(options);
}
