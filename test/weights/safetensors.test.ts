import { mkdtemp, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { openSafetensors, writeSafetensors } from '../../src/weights/safetensors.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'atto-'));
  file = path.join(folder, 'test.safetensors');
});

const tensors = [
  { name: 'a.weight', shape: [2, 3], data: Float32Array.of(1, -2, 3, 4, 5, 1e-30) },
  { name: 'empty', shape: [0, 3], data: new Float32Array() },
  { name: 'scalar', shape: [], data: Float32Array.of(0.1) },
];

/** A file from a header and values, byte by byte. */
async function write(header: unknown, values: Uint8Array): Promise<void> {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  await writeFile(file, Buffer.concat([length, json, values]));
}

describe('safetensors', () => {
  it('gives back names, shapes, values and metadata', async () => {
    await writeSafetensors(file, tensors, { config: '{"a":1}' });
    const source = await openSafetensors(file);
    expect(source.metadata).toEqual({ config: '{"a":1}' });
    expect([...source.tensors].map(([name, { shape, type }]) => [name, shape, type])).toEqual(
      tensors.map(({ name, shape }) => [name, shape, 'float32']),
    );
    for (const { name, data } of tensors) expect(await source.read(name)).toEqual(data);
    await source.close();
  });

  it('starts values at multiples of eight bytes, as the format asks', async () => {
    await writeSafetensors(file, tensors, { odd: 'xyz' });
    expect(Number((await readFile(file)).readBigUInt64LE()) % 8).toBe(0);
  });

  it('converts half precision', async () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x8000, 0x3f80, 0xc000);
    await write(
      {
        half: { dtype: 'F16', shape: [6], data_offsets: [0, 12] },
        brain: { dtype: 'BF16', shape: [2], data_offsets: [12, 16] },
      },
      new Uint8Array(halves.buffer),
    );
    const source = await openSafetensors(file);
    expect([...(await source.read('half'))]).toEqual([1, -2, 2 ** -24, 65504, Number.POSITIVE_INFINITY, -0]);
    expect([...(await source.read('brain'))]).toEqual([1, -2]);
    await source.close();
  });

  it('reads a file with tensors of other types, but not those', async () => {
    await write({ n: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, new Uint8Array(8));
    const source = await openSafetensors(file);
    await expect(source.read('n')).rejects.toThrow(/n has type int64/);
    await source.close();
  });

  const refused = async (what: RegExp): Promise<void> => {
    const opening = openSafetensors(file);
    await expect(opening).rejects.toBeInstanceOf(UserError);
    await expect(opening).rejects.toThrow(what);
  };

  it('refuses damaged files with their name', async () => {
    await refused(/test\.safetensors: there is no such file/);
    await writeFile(file, '');
    await refused(/it has 0 bytes/);
    await writeFile(file, Buffer.alloc(100, 0xff));
    await refused(/header is cut off/);
    await write({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 12] } }, new Uint8Array(12));
    await refused(/a has 12 bytes for 2 values/);
    await write({ a: { dtype: 'F32', shape: [-2], data_offsets: [0, 8] } }, new Uint8Array(8));
    await refused(/header can't be read/);
    await write('nonsense', new Uint8Array(8));
    await refused(/header can't be read/);
    await writeSafetensors(file, tensors, {});
    await truncate(file, (await readFile(file)).length - 5);
    await refused(/is cut off/);
  });

  it('keeps the file that is there when writing fails', async () => {
    await writeSafetensors(file, tensors, { version: 'old' });
    const broken = function* () {
      yield tensors[0];
      throw new Error('out of memory');
    };
    await expect(writeSafetensors(file, broken(), { version: 'new' })).rejects.toThrow('out of memory');
    const source = await openSafetensors(file);
    expect(source.metadata.version).toBe('old');
    await source.close();
  });

  it('says what is wrong with the place', async () => {
    await writeFile(file, 'a file');
    await expect(writeSafetensors(path.join(file, 'x'), tensors, {})).rejects.toThrow(UserError);
  });
});
