import { createHash } from 'node:crypto';
import type { Box } from '../../geometry/boxes.js';
import type { ImageSize } from '../../geometry/image-size.js';
import { maskArea, maskExtent, type RunLengthMask } from '../../geometry/run-length-mask.js';
import type { Photo } from '../images/stored-image.js';
import type { ReadImage, ReadObject } from '../read-image.js';

/** What checks look at in an image: what was read without the pixels, so that it is small and may go between threads. */
export interface ImageFacts extends Omit<ReadImage, 'photo' | 'objects'> {
  /** Undefined where it can't be read. */
  readonly photo: PhotoFacts | undefined;
  readonly objects: readonly ObjectFacts[];
}

export interface PhotoFacts extends ImageSize {
  readonly file: string;
  /** What its EXIF says that has to be done to see it upright, 1 (nothing) to 8. */
  readonly orientation: number;
  /** Equal for photographs with equal pixels, and for no others. */
  readonly fingerprint: string;
}

export interface ObjectFacts extends Omit<ReadObject, 'mask'> {
  /** Undefined where it has none. */
  readonly mask: MaskFacts | undefined;
}

export interface MaskFacts {
  /** In pixels. */
  readonly area: number;
  readonly extent: Box;
}

export function factsOf({ photo, objects, ...rest }: ReadImage): ImageFacts {
  return {
    ...rest,
    photo: photo && photoFacts(photo),
    objects: objects.map(({ mask, ...object }) => ({ ...object, mask: mask && maskFacts(mask) })),
  };
}

function photoFacts({ file, image: { width, height, data }, orientation }: Photo): PhotoFacts {
  const fingerprint = createHash('sha1').update(`${width}×${height}`).update(data).digest('base64');
  return { file, width, height, orientation, fingerprint };
}

function maskFacts(mask: RunLengthMask): MaskFacts {
  return { area: maskArea(mask), extent: maskExtent(mask) };
}
