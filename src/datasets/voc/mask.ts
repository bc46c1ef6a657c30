import { messageOf, UserError } from '../../errors.js';
import type { Report } from '../finding.js';
import { type StoredImage, sizeMismatch } from '../images/stored-image.js';
import { readIfThere } from '../read-file.js';
import { decodeIndexImage, type IndexImage } from './index-image.js';

/**
 * Reads a mask file.
 *
 * @param image that it must be as large as; `undefined` where that is unknown
 * @param missing what to report when there is no such file; by default that is fine
 * @returns `undefined` when there is no such file, or after a report
 */
export function readMask(
  file: string,
  image: StoredImage | undefined,
  report: Report,
  missing?: string,
): IndexImage | undefined {
  let mask: IndexImage;
  try {
    const bytes = readIfThere(file);
    if (bytes === undefined) {
      if (missing !== undefined) report({ code: 'mask-missing', file, message: missing });
      return undefined;
    }
    mask = decodeIndexImage(bytes);
  } catch (error) {
    const message =
      error instanceof UserError
        ? error.message
        : `${file} is not a readable mask (${messageOf(error)}). ` +
          "Masks are intact PNG files with a palette, in 8-bit gray or in VOC's colors.";
    report({ code: 'mask-unreadable', file, message });
    return undefined;
  }
  const message = image && sizeMismatch(file, mask, image);
  if (message === undefined) return mask;
  report({ code: 'size-mismatch', file, message });
  return undefined;
}
