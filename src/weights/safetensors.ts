import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf, UserError } from '../errors.js';
import { errorCode, writeAtomically } from '../files.js';

/** A float32 tensor in memory. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

const dataTypes = { F32: 4, F16: 2, BF16: 2 } as const;

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

/** Headers larger than this aren't headers; the format's own limit. */
const largestHeader = 100_000_000;

/** An open safetensors file: what it holds, read piece by piece. */
export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  /** The tensors' shapes, in the file's order. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Reads one tensor, converted to float32. */
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Writes tensors as a safetensors file (8 bytes of header length, a JSON header, the values), whole or not at all.
 *
 * @param metadata texts kept in the header
 * @throws UserError when the folder can't be written or the disk is full
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
  // The values start at a multiple of eight bytes.
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
 * @throws UserError when the file is missing, truncated or no safetensors file
 */
export async function openSafetensors(file: string): Promise<SafetensorsFile> {
  const handle = await openForReading(file);
  try {
    return await readHeader(file, handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openForReading(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new UserError(`${file}: there is no such file`);
    throw new UserError(`${file}: can't be opened: ${messageOf(error)}`);
  }
}

async function readHeader(file: string, handle: FileHandle): Promise<SafetensorsFile> {
  const { size } = await handle.stat();
  const broken = (what: string): UserError =>
    new UserError(`${file}: is not a whole safetensors file (${what}); copy or save it again`);
  const readRange = async (length: number, position: number): Promise<Buffer> => {
    const buffer = Buffer.alloc(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await handle.read(buffer, done, length - done, position + done);
      if (bytesRead === 0) throw broken(`it ends after ${position + done} bytes`);
      done += bytesRead;
    }
    return buffer;
  };

  if (size < 8) throw broken(`it has ${size} bytes`);
  const headerLength = Number((await readRange(8, 0)).readBigUInt64LE());
  if (headerLength > largestHeader || 8 + headerLength > size) throw broken('its header is cut off');
  const header = parseHeader((await readRange(headerLength, 8)).toString('utf8'), broken);

  const start = 8 + headerLength;
  for (const [name, { bytes, offset, elements, width }] of header.tensors) {
    if (width !== undefined && bytes !== elements * width) {
      throw broken(`${name} has ${bytes} bytes for ${elements} values`);
    }
    if (start + offset + bytes > size) throw broken(`${name} is cut off`);
  }
  return {
    metadata: header.metadata,
    shapes: new Map([...header.tensors].map(([name, { shape }]) => [name, shape])),
    read: async (name) => {
      const entry = header.tensors.get(name);
      if (!entry) throw new UserError(`${file}: holds no tensor ${name}`);
      if (entry.width === undefined) {
        throw new UserError(`${file}: ${name} has type ${entry.dtype}; F32, F16 and BF16 can be read`);
      }
      return toFloat32(await readRange(entry.bytes, start + entry.offset), entry.dtype);
    },
    close: () => handle.close(),
  };
}

interface HeaderEntry {
  readonly dtype: string;
  /** Bytes a value; undefined for types that can't be read. */
  readonly width: number | undefined;
  readonly shape: readonly number[];
  readonly elements: number;
  readonly offset: number;
  readonly bytes: number;
}

function parseHeader(
  text: string,
  broken: (what: string) => UserError,
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
      const width = Object.entries(dataTypes).find(([dtype]) => dtype === entry.dtype)?.[1];
      const elements = entry.shape.reduce((product, dimension) => product * dimension, 1);
      tensors.set(name, {
        dtype: entry.dtype,
        width,
        shape: entry.shape,
        elements,
        offset: from,
        bytes: to - from,
      });
    } else if (name === '__metadata__') {
      for (const [key, value] of Object.entries(entry)) metadata[key] = String(value);
    } else {
      throw broken(`the header of ${name} can't be read`);
    }
  }
  return { metadata, tensors };
}

function toFloat32(bytes: Buffer, dtype: string): Float32Array {
  if (dtype === 'F32') {
    // A buffer of its own, so that the values are aligned.
    return new Float32Array(new Uint8Array(bytes).buffer);
  }
  const halves = new Uint16Array(new Uint8Array(bytes).buffer);
  return dtype === 'BF16' ? fromBfloat16(halves) : Float32Array.from(halves, fromFloat16);
}

/** bfloat16 is float32 without its lower half. */
function fromBfloat16(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}

/** The value of IEEE 754's binary16: 1 bit sign, 5 bits exponent, 10 bits mantissa. */
function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + mantissa) * 2 ** (exponent - 25);
}
