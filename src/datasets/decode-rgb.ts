import sharp, { type Sharp } from 'sharp';
import { messageOf, UserError } from '../errors.js';
import type { ImageSize } from '../geometry/resize.js';
import type { RgbImage } from './sample.js';

/** How a photograph is decoded. */
export interface Decoding {
  /** Whether to turn it as its EXIF orientation says; the stored pixels otherwise. */
  readonly turned: boolean;
  /**
   * Whether pixels that the file doesn't tell, because it is damaged somewhere, are an error. Otherwise the decoder
   * makes them up, as Pillow lets it. A file that is cut off is an error in any case.
   */
  readonly intact: boolean;
}

/** A photograph to look at: upright, and as much of it as can be told. */
export const asPhotograph: Decoding = { turned: true, intact: false };

/** A photograph to learn from or to measure on: the pixels that masks belong to, every one as it was stored. */
export const asData: Decoding = { turned: false, intact: true };

/**
 * Decodes a photograph (JPEG, PNG, WebP, AVIF, GIF or TIFF) into 8-bit RGB. Its pixels are those that Pillow's
 * `convert('RGB')` gives: colour profiles are ignored, transparency is dropped (what lies under it shows), grey becomes
 * three equal channels, CMYK is converted without a profile, of an animation the first frame counts. 16-bit values
 * keep their upper byte, where Pillow would clip grey ones.
 *
 * @param encoded the file's bytes.
 * @param name what error messages call it.
 * @throws UserError when the image is cut off, damaged or of an unknown format.
 */
export async function decodeRgb(encoded: Uint8Array, name: string, decoding: Decoding): Promise<RgbImage> {
  return (await decodeOriented(encoded, name, decoding)).image;
}

/** An image, and what the EXIF orientation of its file is, 1 (upright) to 8. */
export interface OrientedImage {
  readonly image: RgbImage;
  readonly orientation: number;
}

/** Decodes as {@link decodeRgb} does, and says what the EXIF orientation is, whether or not it is applied. */
export async function decodeOriented(
  encoded: Uint8Array,
  name: string,
  decoding: Decoding,
): Promise<OrientedImage> {
  try {
    const image = open(encoded, decoding);
    const { space, orientation = 1 } = await image.metadata();
    return { image: space === 'cmyk' ? await decodeCmyk(image) : await decode(image), orientation };
  } catch (error) {
    throw unreadable(error, encoded, name);
  }
}

/** A rectangle of pixels. */
export interface Region extends ImageSize {
  readonly left: number;
  readonly top: number;
}

/** What of a photograph is seen. */
export interface Cutout {
  /** The part of it that is taken; all by default. */
  readonly region?: Region;
  /** What that is scaled to. */
  readonly scaled: ImageSize;
  /** The part of the scaled image that is taken; all by default. */
  readonly crop?: Region;
}

/**
 * Decodes a part of a photograph at another size, without the detour of its full size. It is scaled bilinearly with
 * antialiasing, as Pillow does; colours are those of {@link decodeRgb}.
 *
 * @param choose what is seen of a photograph of a size
 * @throws UserError when the image is cut off, damaged or of an unknown format
 */
export async function decodeCutout(
  encoded: Uint8Array,
  name: string,
  decoding: Decoding,
  choose: (photograph: ImageSize) => Cutout,
): Promise<RgbImage> {
  try {
    const image = open(encoded, decoding);
    const { space, hasAlpha, autoOrient, width, height } = await image.metadata();
    if (space !== 'cmyk' && !hasAlpha) {
      return await decode(cut(image, choose(decoding.turned ? autoOrient : { width, height })));
    }
  } catch (error) {
    throw unreadable(error, encoded, name);
  }
  // Scaling would mix what is transparent with what isn't, and CMYK has its own conversion.
  const image = await decodeRgb(encoded, name, decoding);
  return cutOut(image, choose(image));
}

/** A part of an image at another size. */
export async function cutOut({ data, width, height }: RgbImage, cutout: Cutout): Promise<RgbImage> {
  return decode(cut(sharp(data, { raw: { width, height, channels: 3 } }), cutout));
}

function cut(image: Sharp, { region, scaled, crop }: Cutout): Sharp {
  const taken = region ? image.extract(region) : image;
  const resized = taken.resize(scaled.width, scaled.height, { fit: 'fill', kernel: 'linear' });
  return crop ? resized.extract(crop) : resized;
}

function open(encoded: Uint8Array, { turned, intact }: Decoding): Sharp {
  return sharp(encoded, { ignoreIcc: true, autoOrient: turned, failOn: intact ? 'warning' : 'error' });
}

function unreadable(error: unknown, encoded: Uint8Array, name: string): UserError {
  return new UserError(
    `${name} is not a readable photograph (${reasonOf(error, encoded)}). ` +
      'Replace it by an intact copy, or take it out of the data.',
  );
}

async function decode(image: Sharp): Promise<RgbImage> {
  const { data, info } = await image
    .removeAlpha()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toUint8Array();
  // sharp says Uint8Array and gives its subclass Buffer.
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { width: info.width, height: info.height, data: pixels };
}

/** Each of R, G and B is what K and its complement leave of white, rounded as Pillow does. */
async function decodeCmyk(image: Sharp): Promise<RgbImage> {
  const { data, info } = await image
    .removeAlpha()
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw({ depth: 'uchar' })
    .toUint8Array();
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
