import type { RgbImage } from '../sample.js';
import { roundHalfToEven } from './crop.js';

/** Whether these are the bytes of a PBM, PGM or PPM file. */
export function isNetpbm(encoded: Uint8Array): boolean {
  const [letter, kind, space] = encoded;
  return letter === 0x50 && kind >= 0x31 && kind <= 0x36 && (isSpace(space) || space === 0x23);
}

/**
 * Decodes a PBM, PGM or PPM file, as text or as bytes. Values are spread over 0 to 255, rounded as Pillow does.
 *
 * @throws Error that says what is wrong with the file
 */
export function decodeNetpbm(encoded: Uint8Array): RgbImage {
  const kind = encoded[1] - 0x30;
  const [isBits, isText] = [kind === 1 || kind === 4, kind <= 3];
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  const reader = textReader(encoded, 2);
  const [width, height, most] = [reader.number(), reader.number(), isBits ? 1 : reader.number()];
  if (width === 0 || height === 0 || width * height > 0x3fff ** 2) {
    throw new Error(`it can't have ${width}×${height} pixels`);
  }
  if (most === 0 || most > 65535) throw new Error(`its greatest value is ${most}`);
  const count = width * height * channels;
  const value = isText
    ? () => (isBits ? reader.digit() : reader.number())
    : valuesFrom(encoded, reader.place() + 1, { width, bytes: isBits ? 0 : most > 255 ? 2 : 1 });
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < count; i++) {
    const share = Math.min(value(i), most) / most;
    const byte = roundHalfToEven((isBits ? 1 - share : share) * 255);
    if (channels === 3) data[i] = byte;
    else data.fill(byte, 3 * i, 3 * i + 3);
  }
  return { width, height, data };
}

/** The i-th value of those that are stored as bytes; with 0 bytes for each they are bits, and rows fill whole bytes. */
function valuesFrom(
  encoded: Uint8Array,
  start: number,
  { width, bytes }: { readonly width: number; readonly bytes: 0 | 1 | 2 },
): (i: number) => number {
  const at = (place: number): number => {
    if (place >= encoded.length) throw new Error('it is cut off');
    return encoded[place];
  };
  const row = Math.ceil(width / 8);
  if (bytes === 0) {
    return (i) => {
      const x = i % width;
      return (at(start + ((i - x) / width) * row + (x >> 3)) >> (7 - (x & 7))) & 1;
    };
  }
  return bytes === 1 ? (i) => at(start + i) : (i) => (at(start + 2 * i) << 8) | at(start + 2 * i + 1);
}

/** Reads numbers between blanks and comments. */
function textReader(encoded: Uint8Array, start: number) {
  let i = start;
  const skip = (): void => {
    while (isSpace(encoded[i]) || encoded[i] === 0x23) {
      if (encoded[i] === 0x23) while (i < encoded.length && encoded[i] !== 0x0a) i++;
      else i++;
    }
  };
  const digit = (): number => {
    skip();
    if (i >= encoded.length) throw new Error('it is cut off');
    if (!isDigit(encoded[i])) throw new Error('it has something else where a number should be');
    return encoded[i++] - 0x30;
  };
  return {
    digit,
    number(): number {
      let value = digit();
      while (isDigit(encoded[i]) && value < 1e9) value = 10 * value + encoded[i++] - 0x30;
      return value;
    },
    place: () => i,
  };
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}
