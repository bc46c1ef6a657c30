import { UserError } from '../../errors.js';
import type { ImageSize } from '../../geometry/image-size.js';
import type { Report } from '../finding.js';
import { readIfThere } from '../read-file.js';
import { decodeOriented, type OrientedImage } from './decode-rgb.js';
import type { OrientationPolicy } from './orientation.js';

/** An image of a data set, turned or not as its annotations refer to it. */
export interface StoredImage extends OrientedImage {
  readonly file: string;
}

/**
 * Reads an image.
 *
 * @param files where it may lie; the first that is there counts
 * @param missing the message where there is none of them
 * @param policy decides whether it is turned
 * @returns undefined after a report
 */
export async function readStoredImage(
  files: readonly string[],
  missing: string,
  policy: OrientationPolicy,
  report: Report,
): Promise<StoredImage | undefined> {
  for (const file of files) {
    try {
      const bytes = readIfThere(file);
      if (bytes !== undefined) return { file, ...(await decodeOriented(bytes, file, policy)) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      report({ code: 'photo-unreadable', file, message: error.message });
      return undefined;
    }
  }
  report({ code: 'photo-missing', file: files[0], message: missing });
  return undefined;
}

/** The fault of masks that aren't as large as their image; `undefined` where they are. */
export function sizeMismatch(
  file: string,
  { width, height }: ImageSize,
  { file: image, pixels, orientation }: StoredImage,
): string | undefined {
  if (width === pixels.width && height === pixels.height) return undefined;
  const swapped = width === pixels.height && height === pixels.width;
  const remedy = !swapped
    ? 'Both must have the same size.'
    : orientation > 4
      ? 'Its EXIF orientation makes the difference: data.orientation=auto decides by the size.'
      : 'The mask seems to be drawn on the turned image, and no EXIF orientation says so: turn one of the two.';
  return `${file} is ${width}×${height} but ${image} is ${pixels.width}×${pixels.height} pixels. ${remedy}`;
}
