import { z } from 'zod';
import { UserError } from '../errors.js';
import { writeAtomically } from '../files.js';
import { type ElementType, elementWidth, isFloatType, readableType, toFloat32 } from './element-types.js';
import { type FileRanges, openedRanges } from './file-ranges.js';
import { elements, type NamedTensor, type TensorFile } from './tensor-file.js';

/** Element types of PyTorch's state dicts, by the format's names. */
const elementTypes: ReadonlyMap<string, ElementType> = new Map([
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['I64', 'int64'],
  ['I32', 'int32'],
  ['I16', 'int16'],
  ['I8', 'int8'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
]);

const headerSchema = z.record(
  z.string(),
  z.union([
    z.strictObject({
      dtype: z.string(),
      shape: z.array(z.int().min(0)),
      data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
    }),
    z.record(z.string(), z.string()),
  ]),
);

/** Maximum length of a header in bytes; the format's own limit. */
const largestHeader = 100_000_000;

/**
 * Writes tensors as a safetensors file (8 bytes of header length, a JSON header, the values), whole or not at all.
 *
 * @param metadata texts kept in the header
 * @throws UserError when the folder can't be written, or when the disk is full
 */
export async function writeSafetensors(
  file: string,
  tensors: Iterable<NamedTensor>,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const data: Float32Array[] = [];
  let offset = 0;
  for (const { name, shape, data: values } of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
    data.push(values);
  }
  const json = Buffer.from(JSON.stringify(header));
  // The format aligns the values to eight bytes.
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  await writeAtomically(file, async (handle) => {
    await handle.writeFile(length);
    await handle.writeFile(padded);
    for (const values of data) {
      await handle.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  });
}

/**
 * Opens a safetensors file. Only its header is read; tensors are read when asked for, so a large file costs no memory.
 *
 * @throws UserError when the file is missing, truncated, or not a safetensors file
 */
export async function openSafetensors(file: string): Promise<TensorFile> {
  return openedRanges(file, readSafetensors);
}

/** {@link openSafetensors} for an open file, which the result closes. */
export async function readSafetensors(ranges: FileRanges): Promise<TensorFile> {
  const { file, size } = ranges;
  const broken = (problem: string): UserError =>
    new UserError(`${file}: is not a whole safetensors file (${problem}); copy or save it again`);

  if (size < 8) throw broken(`it has ${size} bytes`);
  const headerLength = Number(new DataView((await ranges.read(0, 8)).buffer).getBigUint64(0, true));
  if (headerLength > largestHeader || 8 + headerLength > size) throw broken('its header is cut off');
  const header = parseHeader(Buffer.from(await ranges.read(8, headerLength)).toString('utf8'), broken);

  const start = 8 + headerLength;
  for (const [name, { bytes, offset, shape, type }] of header.tensors) {
    if (isFloatType(type) && bytes !== elements(shape) * elementWidth(type)) {
      throw broken(`${name} has ${bytes} bytes for ${elements(shape)} values`);
    }
    if (start + offset + bytes > size) throw broken(`${name} is cut off`);
  }
  return {
    file,
    metadata: header.metadata,
    tensors: header.tensors,
    read: async (name) => {
      const entry = header.tensors.get(name);
      if (!entry) throw new UserError(`${file}: holds no tensor ${name}`);
      const type = readableType(file, name, entry.type);
      return toFloat32(await ranges.read(start + entry.offset, entry.bytes), type);
    },
    close: () => ranges.close(),
  };
}

interface HeaderEntry {
  readonly type: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly bytes: number;
}

function parseHeader(
  text: string,
  broken: (problem: string) => UserError,
): { metadata: Record<string, string>; tensors: Map<string, HeaderEntry> } {
  let parsed: z.output<typeof headerSchema>;
  try {
    parsed = headerSchema.parse(JSON.parse(text));
  } catch {
    throw broken("its header can't be read");
  }
  const metadata: Record<string, string> = {};
  const tensors = new Map<string, HeaderEntry>();
  for (const [name, entry] of Object.entries(parsed)) {
    if (typeof entry.dtype === 'string' && Array.isArray(entry.shape) && Array.isArray(entry.data_offsets)) {
      const [from, to] = entry.data_offsets;
      if (to < from) throw broken(`${name} ends before it starts`);
      const type = elementTypes.get(entry.dtype) ?? entry.dtype;
      tensors.set(name, { type, shape: entry.shape, offset: from, bytes: to - from });
    } else if (name === '__metadata__') {
      for (const [key, value] of Object.entries(entry)) metadata[key] = String(value);
    } else {
      throw broken(`the header of ${name} can't be read`);
    }
  }
  return { metadata, tensors };
}
