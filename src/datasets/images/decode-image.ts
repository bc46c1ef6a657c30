import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../../errors.js';
import { errorCode } from '../../files.js';
import type { ImageSize } from '../../geometry/image-size.js';
import type { RgbImage } from '../sample.js';
import type { CropResize } from './crop.js';
import { cropResize, decodeCropResized } from './crop-resize.js';
import { asSeen, decodeRgb } from './decode-rgb.js';
import type { OrientationPolicy } from './orientation.js';

/**
 * Decodes a user's image, by default turned as its EXIF orientation says; see `decodeRgb` for what becomes of its colors.
 *
 * @param source a file's path or its bytes
 * @throws UserError when the file is missing, cut off, damaged or of an unknown format
 */
export async function decodeImage(
  source: string | Uint8Array,
  policy: OrientationPolicy = asSeen,
): Promise<RgbImage> {
  const { bytes, name } = await open(source);
  return decodeRgb(bytes, name, policy);
}

/**
 * Decodes a part of a user's image at another size, as `decodeCropResized` does.
 *
 * @param source a file's path, its bytes, or pixels
 * @param choose gives the view of an image of a size
 * @throws UserError when the file is missing, cut off, damaged or of an unknown format
 */
export async function decodeSeen(
  source: string | Uint8Array | RgbImage,
  choose: (size: ImageSize) => CropResize,
): Promise<RgbImage> {
  if (typeof source !== 'string' && !(source instanceof Uint8Array))
    return cropResize(source, choose(source));
  const { bytes, name } = await open(source);
  return decodeCropResized(bytes, name, choose);
}

async function open(source: string | Uint8Array): Promise<{ bytes: Uint8Array; name: string }> {
  if (typeof source !== 'string') return { bytes: source, name: 'the image' };
  try {
    return { bytes: await readFile(source), name: source };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new UserError(`${source}: there is no such image`);
    throw new UserError(`${source}: can't be read: ${messageOf(error)}`);
  }
}
