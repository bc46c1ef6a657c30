import path from 'node:path';
import type { ClassificationInputConfig } from '../../config/schema.js';
import { UserError } from '../../errors.js';
import type { ImageSize } from '../../geometry/resize.js';
import { randomStream } from '../../random.js';
import { type Cutout, decodeCutout } from '../cutout.js';
import { asPhotograph } from '../decode-rgb.js';
import type { Source } from '../read-ahead.js';
import { readIfThere } from '../read-file.js';
import type { RgbImage } from '../sample.js';
import { copyImage, flipImage } from '../transforms.js';
import { changeColours, randomColourChanges } from './colour-jitter.js';
import { centralCutout, randomCrop } from './crop.js';
import type { LabelledFile, LabelledImage } from './labelled-image.js';

/** Which image, and how it is seen. */
export interface LabelledRequest extends LabelledFile {
  readonly view: View;
}

/**
 * How an image is seen. `training`: cropped, mirrored and coloured as seed and position decide. `evaluation`: the square
 * in its middle. `check`: all of it, very small, to know whether it can be read.
 */
export type View =
  | { readonly kind: 'training'; readonly seed: number; readonly position: number }
  | { readonly kind: 'evaluation' }
  | { readonly kind: 'check' };

const checkedSize = { height: 8, width: 8 };

/** What a source reads. */
export interface LabelledSourceOptions {
  /** The folder that the files' paths start from. */
  readonly root: string;
  readonly input: ClassificationInputConfig;
}

/**
 * Reads images as a classifier sees them, `size` × `size` pixels, in the caller's thread and with pixels that can be handed
 * to another one. Rejects with a UserError when a file is missing or broken.
 */
export function labelledSource({
  root,
  input,
}: LabelledSourceOptions): Source<LabelledRequest, LabelledImage> {
  return {
    async read({ file, label, view }) {
      const place = path.resolve(root, file);
      const bytes = readIfThere(place);
      if (bytes === undefined) throw new UserError(`${place}: there is no such image`);
      const decode = async (choose: (photograph: ImageSize) => Cutout): Promise<RgbImage> =>
        copyImage(await decodeCutout(bytes, place, asPhotograph, choose));
      return { id: file, label, image: await seen(decode, view, input) };
    },
    async close() {},
  };
}

async function seen(
  decode: (choose: (photograph: ImageSize) => Cutout) => Promise<RgbImage>,
  view: View,
  input: ClassificationInputConfig,
): Promise<RgbImage> {
  if (view.kind === 'check') return decode(() => ({ scaled: checkedSize }));
  if (view.kind === 'evaluation') return decode((photograph) => centralCutout(photograph, input));
  const random = randomStream(view.seed, 'augment', view.position);
  const scaled = { height: input.size, width: input.size };
  const cropped = await decode((photograph) => ({
    region: randomCrop(photograph, input.crop, random),
    scaled,
  }));
  const image = random.uniform() < input.horizontalFlip ? flipImage(cropped) : cropped;
  changeColours(image, randomColourChanges(input.colourJitter, random));
  return image;
}
