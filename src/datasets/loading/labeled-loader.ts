import path from 'node:path';
import { UserError } from '../../errors.js';
import type { ImageSize } from '../../geometry/image-size.js';
import { randomStream } from '../../random.js';
import type { LabeledSplit } from '../dataset-format.js';
import { type ColorJitter, changeColors, randomColorChanges } from '../images/color-jitter.js';
import {
  type CenterCrop,
  type CropRange,
  type CropResize,
  centerCropResize,
  randomCrop,
} from '../images/crop.js';
import { decodeCropResized } from '../images/crop-resize.js';
import { copyImage, flipImage } from '../images/flip.js';
import { readIfThere } from '../read-file.js';
import type { LabeledFile, LabeledImage, RgbImage } from '../sample.js';
import { trainingOrder } from './order.js';
import { type Loader, readAhead, type Source } from './read-ahead.js';
import { threadedSource } from './threads.js';

/** A classifier's view of images, as its config says. */
interface ClassifierInput extends CenterCrop {
  readonly crop: CropRange;
  /** Share of the training images that are mirrored. */
  readonly horizontalFlip: number;
  readonly colorJitter: ColorJitter;
}

/** Manner in which images are read. */
export interface LabeledLoadingOptions {
  readonly split: LabeledSplit;
  /** Threads that decode and augment; with 0 the caller's thread does. */
  readonly workers: number;
  /** Maximum number of images being read or waiting to be taken, at least 1. */
  readonly ahead: number;
}

/** {@link LabeledLoadingOptions} of training. */
export interface LabeledTrainingOptions extends LabeledLoadingOptions {
  readonly input: ClassifierInput;
  readonly seed: number;
  /** The position of the first image in the endless order: the number of images that the run has seen before. */
  readonly start: number;
}

/**
 * Reads training images ahead of the consumer: shuffled epochs without an end, cropped, mirrored and colored by chance.
 * The image at a position depends on seed, files and position alone, not on the number of threads or their timing.
 */
export function labeledTrainingLoader(options: LabeledTrainingOptions): Loader<LabeledImage> {
  const { split, input, seed, start } = options;
  const order = trainingOrder(seed, split.files.length);
  const request = (n: number): LabeledRequest => {
    const position = start + n;
    return { ...split.files[order(position)], view: { kind: 'training', input, seed, position } };
  };
  return readAhead(request, Number.POSITIVE_INFINITY, openSource(options), options.ahead);
}

/**
 * Reads the images of a split once, in their order; one that can't be read comes as the error that says so. Leaving the
 * loop ends the threads.
 */
export async function* labeledImages(
  options: LabeledLoadingOptions,
  view: Exclude<ImageView, { kind: 'training' }>,
): AsyncGenerator<LabeledImage | UserError, void, undefined> {
  const { files } = options.split;
  const request = (n: number): LabeledRequest => ({ ...files[n], view });
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
  workers,
}: LabeledLoadingOptions): Source<LabeledRequest, LabeledImage> {
  return workers > 0 ? threadedSource({ kind: 'labeled', root }, workers) : labeledSource(root);
}

/** Request for an image, and for the view of it. */
export interface LabeledRequest extends LabeledFile {
  readonly view: ImageView;
}

/**
 * View of an image. `training`: cropped, mirrored and colored as seed and position decide. `evaluation`: the square in
 * its middle. `check`: all of it, very small, to know whether it can be read.
 */
export type ImageView =
  | {
      readonly kind: 'training';
      readonly input: ClassifierInput;
      readonly seed: number;
      readonly position: number;
    }
  | { readonly kind: 'evaluation'; readonly input: CenterCrop }
  | { readonly kind: 'check' };

const checkedSize = { height: 8, width: 8 };

/**
 * Reads images as a classifier sees them, `size` × `size` pixels, in the caller's thread and with pixels that can be handed
 * to another one. Rejects with a UserError when a file is missing or broken.
 *
 * @param root the folder that the files' paths start from
 */
export function labeledSource(root: string): Source<LabeledRequest, LabeledImage> {
  return {
    async read({ file, label, view }) {
      const place = path.resolve(root, file);
      const bytes = readIfThere(place);
      if (bytes === undefined) throw new UserError(`${place}: there is no such image`);
      const decode = async (choose: (image: ImageSize) => CropResize): Promise<RgbImage> =>
        copyImage(await decodeCropResized(bytes, place, choose));
      return { id: file, label, image: await seen(decode, view) };
    },
    async close() {},
  };
}

async function seen(
  decode: (choose: (image: ImageSize) => CropResize) => Promise<RgbImage>,
  view: ImageView,
): Promise<RgbImage> {
  if (view.kind === 'check') return decode(() => ({ scaled: checkedSize }));
  const { input } = view;
  if (view.kind === 'evaluation') return decode((image) => centerCropResize(image, input));
  const random = randomStream(view.seed, 'augment', view.position);
  const { size, crop, horizontalFlip, colorJitter } = view.input;
  const scaled = { height: size, width: size };
  const cropped = await decode((image) => ({ region: randomCrop(image, crop, random), scaled }));
  const image = random.uniform() < horizontalFlip ? flipImage(cropped) : cropped;
  changeColors(image, randomColorChanges(colorJitter, random));
  return image;
}
