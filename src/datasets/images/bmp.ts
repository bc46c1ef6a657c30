import type { RgbImage } from '../sample.js';

/** Bits of the header's `compression` field. */
const kinds = { none: 0, rle8: 1, rle4: 2, bitFields: 3, alphaBitFields: 6 } as const;

/** Greatest number of pixels that are decoded, as of the other formats. */
const mostPixels = 0x3fff ** 2;

/** Header of a BMP file. */
interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** Whether the first row is the uppermost one. */
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Masks of red, green and blue in a pixel of 16 or 32 bits. */
  readonly masks: readonly number[];
  /** Blue, green and red of each index, `stride` bytes apart. */
  readonly palette: { readonly bytes: Uint8Array; readonly stride: number };
  /** Place of the pixels in the file. */
  readonly start: number;
}

/** Whether these are the bytes of a BMP file. */
export function isBmp(encoded: Uint8Array): boolean {
  return encoded.length >= 26 && encoded[0] === 0x42 && encoded[1] === 0x4d;
}

/**
 * Decodes a BMP file of Windows or OS/2: 1 to 8 bits with a palette, plain or run-length encoded, and 16, 24 and 32 bits.
 * Alpha is dropped. Values of 5 and 6 bits are spread over 0 to 255 and rounded down, as Pillow does.
 *
 * @throws Error that says what is wrong with the file
 */
export function decodeBmp(encoded: Uint8Array): RgbImage {
  const header = readHeader(encoded);
  const { width, height } = header;
  const data = new Uint8Array(3 * width * height);
  if (header.bits > 8) decodeColors(encoded, header, data);
  else decodeIndices(readIndices(encoded, header), header, data);
  return { width, height, data };
}

function readHeader(encoded: Uint8Array): BmpHeader {
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.length);
  const start = view.getUint32(10, true);
  const size = view.getUint32(14, true);
  if (size !== 12 && size < 40) throw new Error(`its header of ${size} bytes is of no known kind`);
  if (encoded.length < 14 + size) throw new Error('it is cut off');
  const old = size === 12;
  const width = old ? view.getUint16(18, true) : view.getInt32(18, true);
  const lines = old ? view.getUint16(20, true) : view.getInt32(22, true);
  const height = Math.abs(lines);
  const bits = view.getUint16(old ? 24 : 28, true);
  const compression = old ? kinds.none : view.getUint32(30, true);
  if (width <= 0 || height === 0 || width * height > mostPixels) {
    throw new Error(`it can't have ${width}×${height} pixels`);
  }
  const masked = compression === kinds.bitFields || compression === kinds.alphaBitFields;
  // The masks are part of the later headers and follow the first one.
  const maskBytes = masked && size === 40 ? (compression === kinds.bitFields ? 12 : 16) : 0;
  const defaults = bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
  if (masked && encoded.length < 66) throw new Error('it is cut off');
  const masks = masked ? [54, 58, 62].map((place) => view.getUint32(place, true)) : defaults;
  const colors = (!old && view.getUint32(46, true)) || 2 ** Math.min(bits, 8);
  const stride = old ? 3 : 4;
  const first = 14 + size + maskBytes;
  const palette = { bytes: encoded.subarray(first, first + stride * colors), stride };
  return { width, height, topDown: lines < 0, bits, compression, masks, palette, start };
}

/** Row of the image that is stored as the n-th one. */
function rowOf(n: number, { height, topDown }: BmpHeader): number {
  return topDown ? n : height - 1 - n;
}

/** Bytes of a row: whole groups of four. */
function rowBytes({ width, bits }: BmpHeader): number {
  return 4 * Math.ceil((width * bits) / 32);
}

/** The rows as they are stored. */
function storedRows(encoded: Uint8Array, header: BmpHeader): Uint8Array {
  const length = rowBytes(header) * header.height;
  // The last row's padding may be missing.
  const needed = length - rowBytes(header) + Math.ceil((header.width * header.bits) / 8);
  const rows = encoded.subarray(header.start, header.start + length);
  if (rows.length < needed) throw new Error('it is cut off');
  return rows;
}

function decodeColors(encoded: Uint8Array, header: BmpHeader, data: Uint8Array): void {
  const { width, height, bits, compression, masks } = header;
  const plain = compression === kinds.none || (compression !== kinds.rle8 && compression !== kinds.rle4);
  if (![16, 24, 32].includes(bits) || !plain || compression > kinds.alphaBitFields) {
    throw new Error(`its ${bits} bits with compression ${compression} are of no known kind`);
  }
  const rows = storedRows(encoded, header);
  const bytes = bits / 8;
  const channels = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, most: mask === 0 ? 1 : mask >>> shift };
  });
  for (let n = 0; n < height; n++) {
    let from = n * rowBytes(header);
    let to = 3 * width * rowOf(n, header);
    for (let x = 0; x < width; x++, from += bytes) {
      if (bytes === 3) {
        data[to++] = rows[from + 2];
        data[to++] = rows[from + 1];
        data[to++] = rows[from];
        continue;
      }
      let pixel = rows[from] | (rows[from + 1] << 8);
      if (bytes === 4) pixel = (pixel | (rows[from + 2] << 16) | (rows[from + 3] << 24)) >>> 0;
      for (const { mask, shift, most } of channels) {
        data[to++] = Math.floor((((pixel & mask) >>> shift) * 255) / most);
      }
    }
  }
}

/** Index of each pixel, in the order of the file's rows. */
function readIndices(encoded: Uint8Array, header: BmpHeader): Uint8Array {
  const { width, height, bits, compression, start } = header;
  const runs = (compression === kinds.rle8 && bits === 8) || (compression === kinds.rle4 && bits === 4);
  if (runs) return readRuns(encoded.subarray(start), header);
  if (compression !== kinds.none || ![1, 2, 4, 8].includes(bits)) {
    throw new Error(`its ${bits} bits with compression ${compression} are of no known kind`);
  }
  const rows = storedRows(encoded, header);
  const indices = new Uint8Array(width * height);
  for (let n = 0, to = 0; n < height; n++) {
    const row = n * rowBytes(header);
    for (let x = 0; x < width; x++) {
      const bit = x * bits;
      const byte = rows[row + (bit >> 3)];
      indices[to++] = (byte >> (8 - bits - (bit & 7))) & (2 ** bits - 1);
    }
  }
  return indices;
}

/** Decodes run lengths. Pixels that they leave out have the index 0. */
function readRuns(encoded: Uint8Array, { width, height, bits }: BmpHeader): Uint8Array {
  const indices = new Uint8Array(width * height);
  const perByte = 8 / bits;
  let [x, y, i] = [0, 0, 0];
  /** Puts `count` indices, of which each byte holds one or two. */
  const put = (count: number, byteOf: (n: number) => number): void => {
    for (let n = 0; n < count; n++, x++) {
      const byte = byteOf(Math.floor(n / perByte));
      const index = perByte === 1 ? byte : n % 2 === 0 ? byte >> 4 : byte & 15;
      if (x < width && y < height) indices[y * width + x] = index;
    }
  };
  while (y < height) {
    if (i + 1 >= encoded.length) throw new Error('it is cut off');
    const [count, value] = [encoded[i], encoded[i + 1]];
    i += 2;
    if (count > 0) {
      put(count, () => value);
    } else if (value === 0) {
      [x, y] = [0, y + 1];
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      x += encoded[i];
      y += encoded[i + 1];
      i += 2;
    } else {
      const bytes = Math.ceil(value / perByte);
      if (i + bytes > encoded.length) throw new Error('it is cut off');
      const start = i;
      put(value, (n) => encoded[start + n]);
      // Whole groups of two.
      i += bytes + (bytes % 2);
    }
  }
  return indices;
}

function decodeIndices(indices: Uint8Array, header: BmpHeader, data: Uint8Array): void {
  const { width, height, palette } = header;
  for (let n = 0, from = 0; n < height; n++) {
    let to = 3 * width * rowOf(n, header);
    for (let x = 0; x < width; x++) {
      const color = indices[from++] * palette.stride;
      data[to++] = palette.bytes[color + 2];
      data[to++] = palette.bytes[color + 1];
      data[to++] = palette.bytes[color];
    }
  }
}
