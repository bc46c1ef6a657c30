import { crc32 } from 'node:zlib';
import { messageOf } from '../../errors.js';
import { isBmp } from './bmp.js';
import { isNetpbm } from './netpbm.js';

/**
 * Why a file couldn't be decoded. It is told from the file alone: libvips collects its messages in one place for all
 * threads, so an error may carry another file's.
 */
export function reasonOf(error: unknown, encoded: Uint8Array): string {
  if (encoded.length === 0) return 'the file is empty';
  if (isHeic(encoded)) return "it is HEIC, which can't be decoded here; save it as JPEG";
  // Our own decoders speak for themselves, and so does sharp about the size.
  const message = messageOf(error);
  if (isBmp(encoded) || isNetpbm(encoded)) return message;
  if (message.includes('exceeds pixel limit')) return 'it has more than 268 million pixels';
  const format = formatOf(encoded);
  if (format === undefined) return 'it is none of JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP and PPM';
  return isCutOff(encoded, format) ? 'it is cut off' : `its ${format} data is damaged`;
}

/** Whether the first bytes of a file are those of an image, whether or not that can be decoded. */
export function looksLikeImage(head: Uint8Array): boolean {
  return isHeic(head) || isBmp(head) || isNetpbm(head) || formatOf(head) !== undefined;
}

/** Format by the first bytes; undefined for those that sharp doesn't decode. */
function formatOf(encoded: Uint8Array): string | undefined {
  const text = (from: number, to: number): string => String.fromCharCode(...encoded.subarray(from, to));
  if (isJpeg(encoded)) return 'JPEG';
  if (isPng(encoded)) return 'PNG';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'WebP';
  if (text(0, 3) === 'GIF') return 'GIF';
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(text(0, 4))) return 'TIFF';
  return text(4, 8) === 'ftyp' && ['avif', 'avis', 'mif1', 'msf1'].includes(text(8, 12)) ? 'AVIF' : undefined;
}

function isCutOff(encoded: Uint8Array, format: string): boolean {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.length);
  switch (format) {
    case 'JPEG':
      return bytes.lastIndexOf('ffd9', undefined, 'hex') <= bytes.lastIndexOf('ffda', undefined, 'hex');
    case 'PNG':
      return !bytes.includes('IEND', undefined, 'latin1');
    case 'WebP':
      return bytes.length < 12 || bytes.readUInt32LE(4) + 8 > bytes.length;
    default:
      return false;
  }
}

function isJpeg([first, second]: Uint8Array): boolean {
  return first === 0xff && second === 0xd8;
}

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function isPng(encoded: Uint8Array): boolean {
  return pngSignature.every((byte, i) => encoded[i] === byte);
}

/** Whether these are the bytes of the container that telephones put HEVC images into. */
function isHeic(encoded: Uint8Array): boolean {
  const [box, brand] = [encoded.subarray(4, 8), encoded.subarray(8, 12)].map((bytes) =>
    String.fromCharCode(...bytes),
  );
  return box === 'ftyp' && ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx'].includes(brand);
}

/**
 * A PNG whose checksums of compressed pixels are right; undefined where they are right already. Pillow doesn't look at
 * them, since the pixels have a checksum of their own inside.
 */
export function mendChecksums(encoded: Uint8Array): Uint8Array | undefined {
  if (!isPng(encoded)) return undefined;
  const mended = Buffer.from(encoded);
  for (let at = pngSignature.length; at + 12 <= mended.length; ) {
    const end = at + 8 + mended.readUInt32BE(at);
    if (end + 4 > mended.length) break;
    if (mended.toString('latin1', at + 4, at + 8) === 'IDAT') {
      mended.writeUInt32BE(crc32(mended.subarray(at + 4, end)), end);
    }
    at = end + 4;
  }
  return mended.equals(encoded) ? undefined : mended;
}

/** A JPEG without the bytes between the segments of its header, which belong to none; anything else as it is. */
export function tidyHeader(encoded: Uint8Array): Uint8Array {
  if (!isJpeg(encoded)) return encoded;
  const parts = [encoded.subarray(0, 2)];
  let at = 2;
  while (at + 4 <= encoded.length) {
    const marker = encoded[at + 1];
    // Only segments with a length come before the pixels; a marker may be filled up with 0xff.
    if (encoded[at] !== 0xff || marker < 0xc0 || marker === 0xff) {
      at++;
      continue;
    }
    const startOfScan = marker === 0xda;
    const end = at + 2 + encoded[at + 2] * 256 + encoded[at + 3];
    parts.push(encoded.subarray(at, startOfScan ? encoded.length : end));
    if (startOfScan) break;
    at = end;
  }
  return Buffer.concat(parts);
}
