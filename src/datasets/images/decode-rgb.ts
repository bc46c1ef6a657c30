import sharp, { type Sharp } from 'sharp';
import { messageOf, UserError } from '../../errors.js';
import type { RgbImage } from '../sample.js';

/** Manner in which an image is decoded. */
export interface Decoding {
  /** Whether to turn it as its EXIF orientation says; the stored pixels otherwise. */
  readonly turned: boolean;
  /**
   * Whether pixels that the file doesn't tell, because it is damaged somewhere, are an error. Otherwise the decoder
   * makes them up, as Pillow lets it. A file that is cut off is an error in any case.
   */
  readonly intact: boolean;
}

/** Decoding of an image to look at: upright, and as much of it as can be told. */
export const asSeen: Decoding = { turned: true, intact: false };

/** Decoding of an image to learn from or to measure on: the pixels that masks belong to, every one as it was stored. */
export const asStored: Decoding = { turned: false, intact: true };

/**
 * Decodes an image (JPEG, PNG, WebP, AVIF, GIF or TIFF) into 8-bit RGB. Its pixels are those that Pillow's
 * `convert('RGB')` gives: color profiles are ignored, transparency is dropped (what lies under it shows), gray becomes
 * three equal channels, CMYK is converted without a profile, of an animation the first frame counts. 16-bit values
 * keep their upper byte, where Pillow would clip gray ones.
 *
 * @param encoded the file's bytes.
 * @param name its name in error messages.
 * @throws UserError when the image is cut off, damaged or of an unknown format.
 */
export async function decodeRgb(encoded: Uint8Array, name: string, decoding: Decoding): Promise<RgbImage> {
  return (await decodeOriented(encoded, name, decoding)).pixels;
}

/** Pixels of an image, and the EXIF orientation of its file. */
export interface OrientedImage {
  readonly pixels: RgbImage;
  /** From 1 (upright) to 8. */
  readonly orientation: number;
}

/** Decodes as {@link decodeRgb} does, and says what the EXIF orientation is, whether or not it is applied. */
export async function decodeOriented(
  encoded: Uint8Array,
  name: string,
  decoding: Decoding,
): Promise<OrientedImage> {
  try {
    const image = openEncoded(encoded, decoding);
    const { space, orientation = 1 } = await image.metadata();
    return { pixels: space === 'cmyk' ? await decodeCmyk(image) : await decode(image), orientation };
  } catch (error) {
    throw unreadable(error, encoded, name);
  }
}

/** The file as sharp reads it, nothing decoded yet. */
export function openEncoded(encoded: Uint8Array, { turned, intact }: Decoding): Sharp {
  return sharp(encoded, { ignoreIcc: true, autoOrient: turned, failOn: intact ? 'warning' : 'error' });
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

/** Why a file couldn't be decoded, as far as a user cares. */
function reasonOf(error: unknown, encoded: Uint8Array): string {
  if (encoded.length === 0) return 'the file is empty';
  if (isHeic(encoded)) return "it is HEIC, which can't be decoded here; save it as JPEG";
  const lines = messageOf(error).split('\n');
  const reason = lines.find((line) => !line.includes('bad seek')) ?? lines[0];
  return reason.includes('unsupported image format')
    ? 'it is none of JPEG, PNG, WebP, AVIF, GIF and TIFF'
    : reason;
}

/** Whether these are the bytes of the container that telephones put HEVC images into. */
function isHeic(encoded: Uint8Array): boolean {
  const [box, brand] = [encoded.subarray(4, 8), encoded.subarray(8, 12)].map((bytes) =>
    String.fromCharCode(...bytes),
  );
  return box === 'ftyp' && ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx'].includes(brand);
}
