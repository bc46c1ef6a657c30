import type { ImageSize } from '../../geometry/image-size.js';

/**
 * What annotations refer to: the image as its EXIF orientation turns it, or the pixels as they are stored. `auto` goes by
 * the size that the annotation states.
 */
export type OrientationSetting = 'auto' | 'turned' | 'stored';

/** Policy for an image with an EXIF orientation. */
export interface OrientationPolicy {
  readonly setting: OrientationSetting;
  /** The image's size in its annotation or mask; undefined where nothing states one. */
  readonly stated?: ImageSize | undefined;
}

/** Sizes of an image. */
interface Sizes {
  readonly stored: ImageSize;
  /** As the EXIF orientation turns it. */
  readonly turned: ImageSize;
}

/**
 * Decides whether an image is turned as its EXIF orientation says, for all formats and commands. A stated size that fits
 * the stored pixels alone keeps them; everything else is turned, as Detectron2, Ultralytics and tools based on OpenCV do.
 */
export function isTurned({ setting, stated }: OrientationPolicy, { stored, turned }: Sizes): boolean {
  if (setting !== 'auto') return setting === 'turned';
  return !stated || !isSameSize(stated, stored) || isSameSize(stated, turned);
}

export function isSameSize(a: ImageSize, b: ImageSize): boolean {
  return a.width === b.width && a.height === b.height;
}
