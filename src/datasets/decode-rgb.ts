import sharp from 'sharp';
import { messageOf, UserError } from '../errors.js';
import type { RgbImage } from './sample.js';

/**
 * Decodes a photograph (JPEG, PNG, WebP, GIF or TIFF) into 8-bit RGB. Pixels of 8-bit RGB and grey images are those
 * that Pillow's `convert('RGB')` gives: colour profiles are ignored, transparency is dropped, grey becomes three equal
 * channels. 16-bit values keep their upper byte; CMYK goes through libvips' standard profile.
 *
 * @param encoded the file's bytes.
 * @param name what error messages call it.
 * @param turned whether to turn the image as its EXIF orientation says; the stored pixels otherwise.
 * @throws UserError when the image is cut off, damaged or of an unknown format.
 */
export async function decodeRgb(encoded: Uint8Array, name: string, turned: boolean): Promise<RgbImage> {
  try {
    const { data, info } = await sharp(encoded, { ignoreIcc: true, autoOrient: turned })
      .removeAlpha()
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toUint8Array();
    return { width: info.width, height: info.height, data };
  } catch (error) {
    const [reason] = messageOf(error).split('\n');
    throw new UserError(
      `${name} is not a readable photograph (${reason}). Replace it by an intact copy, or take it out of the data.`,
    );
  }
}
