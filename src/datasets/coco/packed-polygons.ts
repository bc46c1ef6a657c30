import { isFields } from './fields.js';

/**
 * Polygons as a short text, since numbers in lists take eight bytes each and files have millions of them. A text of bytes
 * has for each polygon the number of its coordinates and then, in hundredths of pixels, the difference of each from the one
 * two places before. Seven bits of a number make a byte, the lowest first; bit 7 says that another follows.
 */
interface PackedPolygons {
  readonly hundredths: string;
}

let bytes = Buffer.alloc(1 << 16);

/** Packs a `segmentation` of polygons whose coordinates are whole hundredths; any other is returned as it is. */
export function packPolygons(segmentation: unknown): unknown {
  // Only what was packed here is unpacked.
  if (isFields(segmentation) && 'hundredths' in segmentation)
    return { ...segmentation, hundredths: undefined };
  if (!Array.isArray(segmentation) || segmentation.length === 0) return segmentation;
  let end = 0;
  const write = (value: number): void => {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) bytes[end++] = (rest & 0x7f) | 0x80;
    bytes[end++] = rest;
  };
  for (const polygon of segmentation) {
    if (!Array.isArray(polygon) || polygon.length === 0) return segmentation;
    while (bytes.length < end + 5 * (polygon.length + 1)) bytes = Buffer.concat([bytes, bytes]);
    write(polygon.length);
    let [earlier, last] = [0, 0];
    for (const coordinate of polygon) {
      const value = Math.round(coordinate * 100);
      if (value / 100 !== coordinate || Math.abs(value) > largest) return segmentation;
      const difference = value - earlier;
      // The sign goes to the lowest bit.
      write(difference < 0 ? -2 * difference - 1 : 2 * difference);
      [earlier, last] = [last, value];
    }
  }
  const packed: PackedPolygons = { hundredths: bytes.toString('latin1', 0, end) };
  return packed;
}

/** Largest value of which differences fit 31 bits with their sign; coordinates beyond a million are mistakes. */
const largest = 2 ** 28;

/** The `segmentation` that {@link packPolygons} was given. */
export function unpackPolygons(segmentation: unknown): unknown {
  if (!isFields(segmentation) || typeof segmentation.hundredths !== 'string') return segmentation;
  const text = segmentation.hundredths;
  let position = 0;
  const read = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = text.charCodeAt(position++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const polygons: number[][] = [];
  while (position < text.length) {
    const polygon: number[] = [];
    const length = read();
    let [earlier, last] = [0, 0];
    for (let i = 0; i < length; i++) {
      const code = read();
      const value = earlier + (code & 1 ? -(code + 1) / 2 : code / 2);
      polygon.push(value / 100);
      [earlier, last] = [last, value];
    }
    polygons.push(polygon);
  }
  return polygons;
}
