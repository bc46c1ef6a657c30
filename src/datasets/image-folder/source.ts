import path from 'node:path';
import type { ClassificationInputConfig } from '../../config/schema.js';
import { UserError } from '../../errors.js';
import type { ImageSize } from '../../geometry/image-size.js';
import { randomStream } from '../../random.js';
import { type CropResize, decodeCropResized } from '../images/crop-resize.js';
import { asPhotograph } from '../images/decode-rgb.js';
import { copyImage, flipImage } from '../images/flip.js';
import type { Source } from '../loading/read-ahead.js';
import { readIfThere } from '../read-file.js';
import type { RgbImage } from '../sample.js';
import { changeColors, randomColorChanges } from './color-jitter.js';
import { centerCropResize, randomCrop } from './crop.js';
import type { LabeledFile, LabeledImage } from './labeled-image.js';

/** Which image, and how it is seen. */
export interface LabeledRequest extends LabeledFile {
  readonly view: View;
}

/**
 * How an image is seen. `training`: cropped, mirrored and colored as seed and position decide. `evaluation`: the square
 * in its middle. `check`: all of it, very small, to know whether it can be read.
 */
export type View =
  | { readonly kind: 'training'; readonly seed: number; readonly position: number }
  | { readonly kind: 'evaluation' }
  | { readonly kind: 'check' };

const checkedSize = { height: 8, width: 8 };

/** What a source reads. */
export interface LabeledSourceOptions {
  /** The folder that the files' paths start from. */
  readonly root: string;
  readonly input: ClassificationInputConfig;
}

/**
 * Reads images as a classifier sees them, `size` × `size` pixels, in the caller's thread and with pixels that can be handed
 * to another one. Rejects with a UserError when a file is missing or broken.
 */
export function labeledSource({ root, input }: LabeledSourceOptions): Source<LabeledRequest, LabeledImage> {
  return {
    async read({ file, label, view }) {
      const place = path.resolve(root, file);
      const bytes = readIfThere(place);
      if (bytes === undefined) throw new UserError(`${place}: there is no such image`);
      const decode = async (choose: (photograph: ImageSize) => CropResize): Promise<RgbImage> =>
        copyImage(await decodeCropResized(bytes, place, asPhotograph, choose));
      return { id: file, label, image: await seen(decode, view, input) };
    },
    async close() {},
  };
}

async function seen(
  decode: (choose: (photograph: ImageSize) => CropResize) => Promise<RgbImage>,
  view: View,
  input: ClassificationInputConfig,
): Promise<RgbImage> {
  if (view.kind === 'check') return decode(() => ({ scaled: checkedSize }));
  if (view.kind === 'evaluation') return decode((photograph) => centerCropResize(photograph, input));
  const random = randomStream(view.seed, 'augment', view.position);
  const scaled = { height: input.size, width: input.size };
  const cropped = await decode((photograph) => ({
    region: randomCrop(photograph, input.crop, random),
    scaled,
  }));
  const image = random.uniform() < input.horizontalFlip ? flipImage(cropped) : cropped;
  changeColors(image, randomColorChanges(input.colorJitter, random));
  return image;
}
