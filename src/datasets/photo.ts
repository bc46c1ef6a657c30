import { UserError } from '../errors.js';
import { asData, decodeRgb } from './decode-rgb.js';
import type { Report } from './finding.js';
import { readIfThere } from './read-file.js';
import type { RgbImage } from './sample.js';

/** A photograph as it is stored: its EXIF orientation isn't applied, since masks belong to the stored pixels. */
export interface Photo {
  readonly file: string;
  /** The file's content. */
  readonly bytes: Uint8Array;
  readonly image: RgbImage;
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
      const bytes = await readIfThere(file);
      if (bytes !== undefined) return { file, bytes, image: await decodeRgb(bytes, file, asData) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      report({ code: 'photo-unreadable', file, message: error.message });
      return undefined;
    }
  }
  report({ code: 'photo-missing', file: files[0], message: missing });
  return undefined;
}
