import { createHash } from 'node:crypto';
import type { Box } from '../../geometry/boxes.js';
import type { ImageSize } from '../../geometry/image-size.js';
import { maskArea, maskExtent, type RunLengthMask } from '../../geometry/run-length-mask.js';
import type { StoredImage } from '../images/stored-image.js';
import type { Source } from '../loading/read-ahead.js';
import type { ImageReader, ReadImage, ReadObject } from '../read-image.js';

/** Facts of an image that checks look at: what was read without the pixels, so that it is small and may go between threads. */
export interface ImageFacts<Own = unknown> extends Omit<ReadImage<Own>, 'image' | 'objects'> {
  /** Undefined where it can't be read. */
  readonly image: StoredImageFacts | undefined;
  readonly objects: readonly ObjectFacts[];
}

interface StoredImageFacts extends ImageSize {
  readonly file: string;
  /** EXIF orientation, from 1 (upright) to 8. */
  readonly orientation: number;
  /** Whether its pixels are turned by that … */
  readonly turned: boolean;
  /** … and whether that is an assumption, since nothing says what the annotations refer to. */
  readonly assumed: boolean;
  /** Whether the decoder made up some of its pixels. */
  readonly damaged: boolean;
  /** Whether it has more than 8 bits for each value and uses the lowest sixteenth of them alone. */
  readonly dark: boolean;
  /** Equal for images with equal pixels, and for no others. */
  readonly fingerprint: string;
}

export interface ObjectFacts extends Omit<ReadObject, 'mask'> {
  /** Undefined where it has none. */
  readonly mask: MaskFacts | undefined;
}

interface MaskFacts {
  /** In pixels. */
  readonly area: number;
  readonly extent: Box;
}

/** Request for the facts of an image. */
export interface FactsRequest {
  readonly id: string;
  /** Knowledge of the split about it, see `SplitContents`. */
  readonly record: unknown;
}

/** Reads images for checks in the caller's thread. */
export function factsSource(reader: ImageReader): Source<FactsRequest, ImageFacts> {
  return {
    read: async ({ id, record }) => factsOf(await reader.read(id, record)),
    async close() {},
  };
}

/** The facts of an image that was read. */
function factsOf<Own>({ image, objects, ...rest }: ReadImage<Own>): ImageFacts<Own> {
  return {
    ...rest,
    image: image && storedImageFacts(image),
    objects: objects.map(({ mask, ...object }) => ({ ...object, mask: mask && maskFacts(mask) })),
  };
}

function storedImageFacts({
  file,
  pixels,
  orientation,
  turned = false,
  assumed = false,
  damaged = false,
  deep = false,
}: StoredImage): StoredImageFacts {
  const { width, height, data } = pixels;
  const dark = deep && data.every((value) => value < 16);
  const fingerprint = createHash('sha1').update(`${width}×${height}`).update(data).digest('base64');
  return { file, width, height, orientation, turned, assumed, damaged, dark, fingerprint };
}

function maskFacts(mask: RunLengthMask): MaskFacts {
  return { area: maskArea(mask), extent: maskExtent(mask) };
}
