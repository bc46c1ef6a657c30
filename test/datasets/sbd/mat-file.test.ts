import { describe, expect, it } from 'vitest';
import { readMatFile } from '../../../src/datasets/sbd/mat-file.js';

/** A file of one variable `x`, put together by hand in either byte order. */
function matFile(
  arrayClass: number,
  dimensions: readonly number[],
  data: Uint8Array,
  littleEndian: boolean,
): Uint8Array {
  const bytes = new Uint8Array(128 + 8 + 16 + 16 + 8 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(124, 0x0100, littleEndian);
  bytes.set(littleEndian ? [73, 77] : [77, 73], 126);
  const words: number[] = [
    14,
    bytes.length - 136,
    6,
    8,
    arrayClass,
    0,
    5,
    4 * dimensions.length,
    ...dimensions,
  ];
  for (const [i, word] of words.entries()) view.setUint32(128 + 4 * i, word, littleEndian);
  // A name that lies in its tag.
  view.setUint32(168, (1 << 16) | 1, littleEndian);
  bytes[172] = 'x'.charCodeAt(0);
  bytes.set(data, 176);
  return bytes;
}

describe('readMatFile', () => {
  it.each([true, false])('reads doubles in either byte order (little-endian: %s)', (littleEndian) => {
    const data = new Uint8Array(24);
    const view = new DataView(data.buffer);
    view.setUint32(0, 9, littleEndian);
    view.setUint32(4, 16, littleEndian);
    view.setFloat64(8, -2.5, littleEndian);
    view.setFloat64(16, 1e300, littleEndian);
    const x = readMatFile(matFile(6, [1, 2], data, littleEndian)).get('x');
    expect(x).toEqual({ kind: 'numbers', dimensions: [1, 2], values: Float64Array.of(-2.5, 1e300) });
  });

  it('reads doubles that are stored as bytes, also inside their tag', () => {
    const inTag = Uint8Array.of(2, 0, 3, 0, 7, 8, 255, 0);
    const small = readMatFile(matFile(6, [3, 1], inTag, true)).get('x');
    expect(small).toEqual({ kind: 'numbers', dimensions: [3, 1], values: Uint8Array.of(7, 8, 255) });
    const signed = Uint8Array.of(
      3,
      0,
      0,
      0,
      10,
      0,
      0,
      0,
      1,
      0,
      2,
      0,
      255,
      255,
      0,
      128,
      255,
      127,
      0,
      0,
      0,
      0,
      0,
      0,
    );
    const wide = readMatFile(matFile(6, [5, 1], signed, true)).get('x');
    expect(wide).toMatchObject({ values: Float64Array.of(1, 2, -1, -32768, 32767) });
  });

  it('refuses another number of values than the dimensions tell', () => {
    const data = Uint8Array.of(2, 0, 3, 0, 7, 8, 9, 0);
    expect(() => readMatFile(matFile(6, [2, 2], data, true))).toThrow('cut off or damaged');
  });

  it('passes over what it does not read', () => {
    const text = Uint8Array.of(4, 0, 2, 0, 65, 0, 0, 0);
    expect(readMatFile(matFile(4, [1, 1], text, true)).get('x')).toEqual({ kind: 'other' });
  });
});
