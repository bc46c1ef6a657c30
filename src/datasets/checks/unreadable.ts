import { UserError } from '../../errors.js';
import type { LabeledSplit } from '../dataset-format.js';
import { labeledImages } from '../loading/labeled-loader.js';

/** Number of unreadable images that are written out; the rest is counted. */
const listedImages = 10;

/** An image that can't be read. */
export interface Unreadable {
  /** An index into the split's files. */
  readonly index: number;
  /** Its name, and the reason. */
  readonly message: string;
}

export interface SearchOptions {
  /** Threads that read; with 0 the caller's thread does. */
  readonly workers: number;
  /** Called after each image with the number of them. */
  readonly onRead: (done: number) => void;
  /** Ends the reading after the image at hand. */
  readonly signal?: AbortSignal | undefined;
}

/** Reads all images of a split to find those that can't be read. */
export async function findUnreadable(
  split: LabeledSplit,
  { workers, onRead, signal }: SearchOptions,
): Promise<Unreadable[]> {
  const found: Unreadable[] = [];
  let read = 0;
  const options = { split, workers, ahead: 4 * Math.max(workers, 1) };
  for await (const image of labeledImages(options, { kind: 'check' })) {
    if (image instanceof UserError) found.push({ index: read, message: image.message });
    onRead(++read);
    if (signal?.aborted) break;
  }
  return found;
}

/**
 * The split without its unreadable images.
 *
 * @throws UserError when a class has no other images
 */
export function withoutUnreadable(split: LabeledSplit, unreadable: readonly Unreadable[]): LabeledSplit {
  if (unreadable.length === 0) return split;
  const left = new Set(unreadable.map(({ index }) => index));
  const files = split.files.filter((_, index) => !left.has(index));
  const classes = new Set(files.map(({ label }) => label));
  const bare = split.classes.filter((_, label) => !classes.has(label));
  if (bare.length > 0) throw new UserError(`${split.source}: no image of ${bare.join(', ')} can be read.`);
  return { ...split, files };
}

/** Message about unreadable images: how many, and which; undefined where there are none. */
export function describeUnreadable(
  unreadable: readonly Pick<Unreadable, 'message'>[],
  images: number,
): string | undefined {
  if (unreadable.length === 0) return undefined;
  const rest = unreadable.length - listedImages;
  return [
    `${unreadable.length} of ${images} images can't be read:`,
    ...unreadable.slice(0, listedImages).map(({ message }) => `- ${message}`),
    ...(rest > 0 ? [`… and ${rest} more; atto check <config> lists them all`] : []),
  ].join('\n');
}
