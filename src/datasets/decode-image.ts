import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../errors.js';
import { errorCode } from '../files.js';
import { asPhotograph, decodeRgb } from './decode-rgb.js';
import type { RgbImage } from './sample.js';

/**
 * Decodes a user's photograph, turned as its EXIF orientation says; see `decodeRgb` for what becomes of its colours.
 *
 * @param source a file's path or its bytes
 * @throws UserError when the file is missing, cut off, damaged or of an unknown format
 */
export async function decodeImage(source: string | Uint8Array): Promise<RgbImage> {
  if (typeof source !== 'string') return decodeRgb(source, 'the image', asPhotograph);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(source);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new UserError(`${source}: there is no such image`);
    throw new UserError(`${source}: can't be read: ${messageOf(error)}`);
  }
  return decodeRgb(bytes, source, asPhotograph);
}
