import { type DecodedPng, decode } from 'fast-png';
import { messageOf, UserError } from '../../errors.js';
import { labelColors } from '../annotation-tools.js';
import type { Report } from '../finding.js';
import { type StoredImage, sizeMismatch } from '../images/stored-image.js';
import { readIfThere } from '../read-file.js';
import { vocColorIndex } from './color-map.js';

/** An image whose pixels are indices, row by row: of classes, or of objects. */
export interface IndexImage {
  readonly width: number;
  readonly height: number;
  readonly indices: Uint8Array;
}

/**
 * Reads a mask: a PNG with a palette (the indices as they are stored, whatever the palette's colors), in gray of at
 * most 8 bits (the values are the indices), or in RGB with VOC's colors.
 *
 * @throws Error when the PNG is damaged or has other pixels.
 */
export function decodeIndexImage(encoded: Uint8Array): IndexImage {
  const png = decodePng(encoded);
  const { width, height, depth, channels, data } = png;
  if (!(data instanceof Uint8Array)) {
    throw new Error(`it has ${depth} bits a channel, and masks have 8 at most`);
  }
  if (channels === 1) return { width, height, indices: depth === 8 ? data : unpack(data, png) };
  if (channels < 3) throw new Error('it is gray with transparency, and gray masks have a single channel');
  return { width, height, indices: indicesOfColors(data, png) };
}

function decodePng(encoded: Uint8Array): DecodedPng {
  try {
    return decode(encoded, { checkCrc: true });
  } catch (error) {
    // The decoder may have read past the end, or found too little to decompress.
    if (error instanceof RangeError || !hasEnd(encoded)) throw new Error('it is cut off', { cause: error });
    // What the decoder says of pixels that don't decompress ends in a colon.
    throw messageOf(error).endsWith(':') ? new Error('its pixels are damaged', { cause: error }) : error;
  }
}

/** Whether what begins as a PNG has the chunk that every PNG ends with. */
function hasEnd(encoded: Uint8Array): boolean {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  return !bytes.subarray(1).toString('latin1').startsWith('PNG') || bytes.includes('IEND');
}

/** Spreads out pixels of 1, 2 or 4 bits; each row starts at a byte. */
function unpack(packed: Uint8Array, { width, height, depth }: DecodedPng): Uint8Array {
  const indices = new Uint8Array(width * height);
  const rowBytes = Math.ceil((width * depth) / 8);
  const mask = (1 << depth) - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      indices[y * width + x] = (packed[y * rowBytes + (bit >> 3)] >> (8 - depth - (bit & 7))) & mask;
    }
  }
  return indices;
}

function indicesOfColors(data: Uint8Array, { width, height, channels }: DecodedPng): Uint8Array {
  const indices = new Uint8Array(width * height);
  for (let pixel = 0, i = 0; pixel < indices.length; pixel++, i += channels) {
    const index = vocColorIndex(data[i], data[i + 1], data[i + 2]);
    if (index === undefined) {
      const color = `(${data[i]}, ${data[i + 1]}, ${data[i + 2]})`;
      throw new Error(
        `the color ${color} at x ${pixel % width}, y ${Math.floor(pixel / width)} isn't one of VOC's; ${labelColors}`,
      );
    }
    indices[pixel] = index;
  }
  return indices;
}

/**
 * Reads a mask file.
 *
 * @param image that it must be as large as; `undefined` where that is unknown
 * @param missing message to report when there is no such file; by default that is fine
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
  return fittingMask(mask, file, image, report);
}

/** The mask where it is as large as its image, or where that is unknown; `undefined` after a report. */
export function fittingMask(
  mask: IndexImage,
  file: string,
  image: StoredImage | undefined,
  report: Report,
): IndexImage | undefined {
  const message = image && sizeMismatch(file, mask, image);
  if (message === undefined) return mask;
  report({ code: 'size-mismatch', file, message });
  return undefined;
}
