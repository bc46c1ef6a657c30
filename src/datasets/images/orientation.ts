import type { ImageSize } from '../../geometry/image-size.js';

/** Policy for an image with an EXIF orientation. */
export interface OrientationPolicy {
  /** See `data.orientation`. */
  readonly setting: 'auto' | 'turned' | 'stored';
  /** The image's size in its annotation or mask; undefined where nothing states one. */
  readonly stated?: ImageSize | undefined;
}

/** Sizes of an image. */
interface Sizes {
  readonly stored: ImageSize;
  /** As the EXIF orientation turns it. */
  readonly turned: ImageSize;
}

/** Decision about an image with an EXIF orientation. */
export interface OrientationDecision {
  readonly turned: boolean;
  /** Whether nothing says what its annotations refer to. */
  readonly assumed: boolean;
}

/**
 * Decides whether an image is turned as its EXIF orientation says, for all formats and commands. A stated size that fits
 * the stored pixels alone keeps them; everything else is turned, as Detectron2, Ultralytics and tools based on OpenCV do.
 */
export function decideOrientation(
  { setting, stated }: OrientationPolicy,
  { stored, turned }: Sizes,
): OrientationDecision {
  if (setting !== 'auto') return { turned: setting === 'turned', assumed: false };
  const fitsStored = stated !== undefined && isSameSize(stated, stored);
  const fitsTurned = stated !== undefined && isSameSize(stated, turned);
  return { turned: !fitsStored || fitsTurned, assumed: fitsStored === fitsTurned };
}

function isSameSize(a: ImageSize, b: ImageSize): boolean {
  return a.width === b.width && a.height === b.height;
}
