import sharp, { type Sharp } from 'sharp';
import { UserError } from '../../errors.js';
import type { RgbImage } from '../sample.js';
import { decodeBmp, isBmp } from './bmp.js';
import { mendChecksums, reasonOf, tidyHeader } from './encoded-faults.js';
import { decodeNetpbm, isNetpbm } from './netpbm.js';
import { decideOrientation, type OrientationPolicy } from './orientation.js';

/** Policy for an image to look at: upright. */
export const asSeen: OrientationPolicy = { setting: 'turned' };

/** Policy for an image whose stored pixels count. */
export const asStored: OrientationPolicy = { setting: 'stored' };

/**
 * Decodes an image (JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP or PPM) into 8-bit RGB. Its pixels are those that Pillow's
 * `convert('RGB')` gives: color profiles are ignored, transparency is dropped (what lies under it shows), gray becomes
 * three equal channels, CMYK is converted without a profile, of an animation the first frame counts, and pixels that a
 * damaged file doesn't tell are made up. 16-bit values keep their upper byte, where Pillow would clip gray ones.
 *
 * @param encoded the file's bytes.
 * @param name its name in error messages.
 * @throws UserError when the image is cut off, damaged beyond that or of an unknown format.
 */
export async function decodeRgb(
  encoded: Uint8Array,
  name: string,
  policy: OrientationPolicy,
): Promise<RgbImage> {
  return (await decodeOriented(encoded, name, policy)).pixels;
}

/** Pixels of an image, and what its file says about them. */
export interface OrientedImage {
  readonly pixels: RgbImage;
  /** EXIF orientation, from 1 (upright) to 8. */
  readonly orientation: number;
  /** Whether the pixels are turned by it. */
  readonly turned?: boolean;
  /** Whether that is an assumption, since nothing says what the annotations refer to. */
  readonly assumed?: boolean;
  /** Whether the decoder made up some of the pixels, for the file is damaged there. */
  readonly damaged?: boolean;
  /** Whether the file has more than 8 bits for each value. */
  readonly deep?: boolean;
}

/** Decodes as {@link decodeRgb} does, and says what was found on the way. */
export async function decodeOriented(
  encoded: Uint8Array,
  name: string,
  policy: OrientationPolicy,
): Promise<OrientedImage> {
  try {
    const own = decodeOwn(encoded);
    if (own) return { pixels: own, orientation: 1 };
    return await mended(encoded, async (bytes) => {
      const { autoOrient, width, height, ...metadata } = await openEncoded(bytes, 'error').metadata();
      const { space, depth, orientation = 1 } = metadata;
      const sizes = { stored: { width, height }, turned: autoOrient };
      const { turned, assumed } =
        orientation > 1 ? decideOrientation(policy, sizes) : { turned: false, assumed: false };
      const decodeAt = (tolerance: Tolerance, source = bytes): Promise<RgbImage> => {
        const image = openEncoded(source, tolerance, turned);
        return space === 'cmyk' ? decodeCmyk(image) : decode(image);
      };
      const known = { orientation, turned, assumed, deep: depth !== 'uchar' };
      const intact = await decodeAt('warning').catch(() => undefined);
      if (intact) return { pixels: intact, damaged: false, ...known };
      const pixels = await decodeAt('error');
      // Bytes between the header's segments are no harm.
      const tidy = tidyHeader(bytes);
      const damaged =
        tidy.length === bytes.length || !(await decodeAt('warning', tidy).catch(() => undefined));
      return { pixels, damaged, ...known };
    });
  } catch (error) {
    throw unreadable(error, encoded, name);
  }
}

/** The pixels of an image of a format that libvips doesn't know here; undefined for all others. */
export function decodeOwn(encoded: Uint8Array): RgbImage | undefined {
  if (isBmp(encoded)) return decodeBmp(encoded);
  return isNetpbm(encoded) ? decodeNetpbm(encoded) : undefined;
}

/** Decodes a file; where it fails, once more with checksums that are mended. */
export async function mended<Result>(
  encoded: Uint8Array,
  decodeBytes: (bytes: Uint8Array) => Promise<Result>,
): Promise<Result> {
  try {
    return await decodeBytes(encoded);
  } catch (error) {
    const bytes = mendChecksums(encoded);
    if (!bytes) throw error;
    return decodeBytes(bytes);
  }
}

/** Faults that end decoding: those that leave no image behind, or every one. */
type Tolerance = 'error' | 'warning';

/** The file as sharp reads it, nothing decoded yet. */
export function openEncoded(encoded: Uint8Array, failOn: Tolerance, autoOrient = false): Sharp {
  return sharp(encoded, { ignoreIcc: true, autoOrient, failOn });
}

/** The error of a file that can't be decoded. */
export function unreadable(error: unknown, encoded: Uint8Array, name: string): UserError {
  return new UserError(
    `${name} is not a readable image (${reasonOf(error, encoded)}). ` +
      'Replace it by an intact copy, or take it out of the data.',
  );
}

/**
 * The pixels of what sharp has in hand, unless that is CMYK. They stay in sharp's memory, which can't be handed to
 * another thread; what its toUint8Array gives can, but is never freed (0.35.5).
 */
export async function decode(image: Sharp): Promise<RgbImage> {
  const { data, info } = await image
    .removeAlpha()
    .toColorspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
  };
}

/** Each of R, G and B is what K and its complement leave of white, rounded as Pillow does. */
async function decodeCmyk(image: Sharp): Promise<RgbImage> {
  const { data, info } = await image
    .removeAlpha()
    .pipelineColorspace('cmyk')
    .toColorspace('cmyk')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const rgb = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    const light = 255 - data[from + 3];
    for (let channel = 0; channel < 3; channel++) {
      rgb[to++] = light - Math.round((data[from + channel] * light) / 255);
    }
  }
  return { width: info.width, height: info.height, data: rgb };
}
