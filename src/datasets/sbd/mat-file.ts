import { inflateSync } from 'node:zlib';

/*
 * MATLAB's MAT-files of level 5 ("MAT-File Format", The MathWorks), as far as data sets need them: numbers and
 * structures. A file is a header of 128 bytes and elements: a tag of 8 bytes (type, length), the content, and zeros up
 * to a multiple of 8. An element of at most 4 bytes may lie inside its tag instead.
 */

/** A matrix of numbers. */
interface MatNumbers {
  readonly kind: 'numbers';
  /** Rows, columns, and further dimensions. */
  readonly dimensions: readonly number[];
  /** Column by column. */
  readonly values: ArrayLike<number>;
}

/** A structure with one element. */
interface MatStruct {
  readonly kind: 'struct';
  readonly fields: ReadonlyMap<string, MatValue>;
}

/** Cells, sparse matrices, texts and whatever else isn't read. */
interface MatOther {
  readonly kind: 'other';
}

export type MatValue = MatNumbers | MatStruct | MatOther;

const headerLength = 128;
const [miMatrix, miCompressed] = [14, 15];
const structClass = 2;
/** mxDOUBLE, mxSINGLE, and the integers of 8 to 64 bits. */
const [firstNumberClass, lastNumberClass] = [6, 15];

/**
 * Reads the variables of a MAT-file of level 5, compressed or not, by their names.
 *
 * @throws Error that says what is wrong with the file
 */
export function readMatFile(bytes: Uint8Array): Map<string, MatValue> {
  if (bytes.length < headerLength) throw new Error('it is cut off');
  const order = String.fromCharCode(bytes[126], bytes[127]);
  if (order !== 'IM' && order !== 'MI') throw new Error('it is no MAT-file of level 5');
  // Version 2 is HDF5.
  if (bytes[124] === 2 || bytes[125] === 2)
    throw new Error("it is of version 7.3; save it in MATLAB with '-v7'");
  const variables = new Map<string, MatValue>();
  try {
    for (const element of elementsOf(bytes.subarray(headerLength), order === 'IM')) {
      const matrix = element.type === miCompressed ? inflated(element) : element;
      if (matrix.type !== miMatrix) continue;
      const { name, value } = readMatrix(matrix);
      variables.set(name, value);
    }
  } catch (error) {
    throw error instanceof RangeError ? new Error('it is cut off or damaged', { cause: error }) : error;
  }
  return variables;
}

interface Element {
  readonly type: number;
  readonly content: Uint8Array;
  readonly littleEndian: boolean;
}

/** The elements that lie one behind the other. */
function* elementsOf(bytes: Uint8Array, littleEndian: boolean): Generator<Element, void, undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; offset < bytes.length; ) {
    const tag = view.getUint32(offset, littleEndian);
    const small = tag >>> 16;
    const type = tag & 0xffff;
    const length = small > 0 ? small : view.getUint32(offset + 4, littleEndian);
    const start = offset + (small > 0 ? 4 : 8);
    const end = start + length;
    if (end > bytes.length || small > 4) throw new RangeError('an element is longer than the file');
    yield { type, content: bytes.subarray(start, end), littleEndian };
    // A compressed element is followed by the next one at once.
    offset = small > 0 ? offset + 8 : type === miCompressed ? end : start + Math.ceil(length / 8) * 8;
  }
}

function inflated({ content, littleEndian }: Element): Element {
  let bytes: Uint8Array;
  try {
    bytes = inflateSync(content);
  } catch (error) {
    throw new RangeError('an element does not decompress', { cause: error });
  }
  const [element] = elementsOf(bytes, littleEndian);
  if (!element) throw new RangeError('a compressed element is empty');
  return element;
}

/** An array: its flags, its dimensions, its name, and what its class needs. */
function readMatrix({ content, littleEndian }: Element): { name: string; value: MatValue } {
  const elements = elementsOf(content, littleEndian);
  const next = (): Element => {
    const { value } = elements.next();
    if (!value) throw new RangeError('an array ends early');
    return value;
  };
  const flags = numbersOf(next());
  const dimensions = Array.from(numbersOf(next()));
  const name = textOf(next());
  const arrayClass = flags[0] & 0xff;
  const count = dimensions.reduce((product, side) => product * side, 1);
  if (arrayClass === structClass && count === 1) return { name, value: readStruct(next) };
  if (arrayClass < firstNumberClass || arrayClass > lastNumberClass)
    return { name, value: { kind: 'other' } };
  const values = numbersOf(next());
  if (values.length !== count) throw new RangeError('an array has another number of values than it says');
  return { name, value: { kind: 'numbers', dimensions, values } };
}

/** A structure: the length of a name, the names, and an array for each. */
function readStruct(next: () => Element): MatStruct {
  const [length = 0] = numbersOf(next());
  if (!(length > 0)) throw new RangeError('the names of fields have no length');
  const names = next().content;
  const fields = new Map<string, MatValue>();
  for (let start = 0; start + length <= names.length; start += length) {
    const name = textOf({ content: names.subarray(start, start + length) });
    const element = next();
    // An array without anything in it may be written as nothing at all.
    fields.set(name, element.content.length === 0 ? { kind: 'other' } : readMatrix(element).value);
  }
  return { kind: 'struct', fields };
}

/** A text up to the zero that ends it. */
function textOf({ content }: Pick<Element, 'content'>): string {
  return new TextDecoder().decode(content).replace(/\0.*$/s, '');
}

/** Readers of numbers by their type in the file: an array of doubles, for example, may be stored as bytes. */
const readers: ReadonlyMap<number, readonly [bytes: number, read: NumberReader]> = new Map([
  [1, [1, (view, at) => view.getInt8(at)]],
  [2, [1, (view, at) => view.getUint8(at)]],
  [3, [2, (view, at, little) => view.getInt16(at, little)]],
  [4, [2, (view, at, little) => view.getUint16(at, little)]],
  [5, [4, (view, at, little) => view.getInt32(at, little)]],
  [6, [4, (view, at, little) => view.getUint32(at, little)]],
  [7, [4, (view, at, little) => view.getFloat32(at, little)]],
  [9, [8, (view, at, little) => view.getFloat64(at, little)]],
  [12, [8, (view, at, little) => Number(view.getBigInt64(at, little))]],
  [13, [8, (view, at, little) => Number(view.getBigUint64(at, little))]],
]);

type NumberReader = (view: DataView, offset: number, littleEndian: boolean) => number;

function numbersOf({ type, content, littleEndian }: Element): Uint8Array | Float64Array {
  // Masks are bytes: as they are.
  if (type === 2) return content;
  const reader = readers.get(type);
  if (!reader) throw new RangeError(`numbers of type ${type} aren't read`);
  const [bytes, read] = reader;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return Float64Array.from({ length: content.length / bytes }, (_, i) => read(view, i * bytes, littleEndian));
}
