import { UserError } from '../../errors.js';
import type { ImageSize } from '../../geometry/image-size.js';
import type { Report } from '../finding.js';
import { readIfThere } from '../read-file.js';
import { asStored, decodeOriented, type OrientedImage } from './decode-rgb.js';

/** An image as it is stored: its EXIF orientation isn't applied, since masks belong to the stored pixels. */
export interface StoredImage extends OrientedImage {
  readonly file: string;
}

/**
 * Reads an image.
 *
 * @param files where it may lie; the first that is there counts
 * @param missing the message where there is none of them
 * @returns undefined after a report
 */
export async function readStoredImage(
  files: readonly string[],
  missing: string,
  report: Report,
): Promise<StoredImage | undefined> {
  for (const file of files) {
    try {
      const bytes = readIfThere(file);
      if (bytes !== undefined) return { file, ...(await decodeOriented(bytes, file, asStored)) };
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
  { file: image, pixels }: StoredImage,
): string | undefined {
  if (width === pixels.width && height === pixels.height) return undefined;
  const turned = width === pixels.height && height === pixels.width;
  return (
    `${file} is ${width}×${height} but ${image} is ${pixels.width}×${pixels.height} pixels. ` +
    (turned
      ? 'The mask seems to be drawn on the turned image: masks belong to the pixels as they are stored, ' +
        'so store the image turned.'
      : 'Both must have the same size.')
  );
}
