import { UserError } from '../../errors.js';
import type { Report } from '../finding.js';
import { readIfThere } from '../read-file.js';
import { asData, decodeOriented, type OrientedImage } from './decode-rgb.js';

/** A photograph as it is stored: its EXIF orientation isn't applied, since masks belong to the stored pixels. */
export interface Photo extends OrientedImage {
  readonly file: string;
}

/**
 * Reads a photograph.
 *
 * @param files where it may lie; the first that is there counts
 * @param missing the message where there is none of them
 * @returns undefined after a report
 */
export async function readPhoto(
  files: readonly string[],
  missing: string,
  report: Report,
): Promise<Photo | undefined> {
  for (const file of files) {
    try {
      const bytes = readIfThere(file);
      if (bytes !== undefined) return { file, ...(await decodeOriented(bytes, file, asData)) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      report({ code: 'photo-unreadable', file, message: error.message });
      return undefined;
    }
  }
  report({ code: 'photo-missing', file: files[0], message: missing });
  return undefined;
}
