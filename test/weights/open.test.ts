import { createWriteStream } from 'node:fs';
import { copyFile, open, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { UserError } from '../../src/errors.js';
import { openTensors } from '../../src/weights/open.js';
import { writeSafetensors } from '../../src/weights/safetensors.js';
import { goldenWeights } from '../support/golden-weights.js';
import { tempFolder } from '../support/temp-folder.js';

async function readAll(file: string): Promise<Map<string, { shape: number[]; values: number[] }>> {
  const source = await openTensors(file);
  const all = new Map<string, { shape: number[]; values: number[] }>();
  for (const [name, { shape, type }] of source.tensors) {
    if (type !== 'int64') all.set(name, { shape: [...shape], values: [...(await source.read(name))] });
  }
  await source.close();
  return all;
}

async function refused(file: string, what: RegExp): Promise<void> {
  const opening = openTensors(file);
  await expect(opening).rejects.toBeInstanceOf(UserError);
  await expect(opening).rejects.toThrow(what);
}

describe.each(['tensors.pth', 'tensors-legacy.pth'])('%s', (name) => {
  it('has the values that Python reads, of all orders and types of floating point', async () => {
    const expected = await readAll(goldenWeights('tensors.safetensors'));
    expected.delete('shared');
    const found = await readAll(goldenWeights(name));
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
    expect(found.get('half')?.values.slice(0, 5)).toEqual([1, -2, 2 ** -24, 65504, Number.POSITIVE_INFINITY]);
    expect(found.get('empty')).toEqual({ shape: [0, 3], values: [] });
  });

  it('says what type a tensor is, and reads no integers', async () => {
    const source = await openTensors(goldenWeights(name));
    const types = [...source.tensors].map(([tensor, { type }]) => [tensor, type]);
    expect(Object.fromEntries(types)).toMatchObject({
      'conv.weight': 'float32',
      'norm.num_batches_tracked': 'int64',
      half: 'float16',
      bfloat16: 'bfloat16',
      double: 'float64',
    });
    await expect(source.read('norm.num_batches_tracked')).rejects.toThrow(
      /norm\.num_batches_tracked has type int64/,
    );
    await expect(source.read('nothing')).rejects.toThrow(/holds no tensor nothing/);
    await source.close();
  });

  it('is refused wherever it is cut off', async () => {
    const { length } = await readFile(goldenWeights(name));
    const file = path.join(tempFolder(), name);
    for (const share of [0.02, 0.2, 0.5, 0.9, 0.999]) {
      await copyFile(goldenWeights(name), file);
      await truncate(file, Math.floor(share * length));
      await refused(file, /cut off|not a whole/);
    }
  });
});

describe('openTensors', () => {
  it('finds the state dict in a checkpoint', async () => {
    const found = await readAll(goldenWeights('checkpoint.pth'));
    const expected = await readAll(goldenWeights('tensors.safetensors'));
    expect([...found.keys()]).toEqual(['module.a']);
    expect(found.get('module.a')).toEqual(expected.get('shared'));
  });

  it.each([
    [
      'code.pth',
      /code\.pth: its pickle names (__builtin__|builtins)\.print .*nothing in a pickle is ever run/s,
    ],
    ['code-legacy.pth', /its pickle names (__builtin__|builtins)\.print/],
    ['module.pth', /its pickle names torch\.nn\.modules\.linear\.Linear .*model\.state_dict\(\)/s],
    ['list.pth', /holds no state dict, neither by itself nor under "model"/],
  ])('refuses %s', async (name, what) => {
    await refused(goldenWeights(name), what);
  });

  it('refuses archives that torch.save did not write', async () => {
    const file = path.join(tempFolder(), 'other.pth');
    const zip = new ZipFile();
    zip.addBuffer(Buffer.from('text'), 'archive/read-me.txt');
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(file));
    await refused(file, /is a zip archive, but not one that torch\.save wrote/);
  });

  it('refuses what holds no tensors', async () => {
    const folder = tempFolder();
    const file = path.join(folder, 'noise.pth');
    await refused(file, /noise\.pth: there is no such file/);
    await refused(folder, /is a folder, not a file of weights/);
    await writeFile(file, Buffer.alloc(1000, 0x55));
    await refused(file, /noise\.pth: is neither a safetensors file nor one that torch\.save wrote/);
    await writeFile(file, '');
    await refused(file, /it has 0 bytes/);
  });

  it('reads a few values of a file of 10 GB', async () => {
    const file = path.join(tempFolder(), 'large.safetensors');
    const end = 10e9;
    const header = Buffer.from(
      JSON.stringify({
        large: { dtype: 'F32', shape: [end / 4], data_offsets: [0, end] },
        last: { dtype: 'F32', shape: [2], data_offsets: [end, end + 8] },
      }),
    );
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const handle = await open(file, 'w');
    await handle.write(Buffer.concat([length, header]), 0);
    // What lies between takes no room on the disk.
    const values = new Uint8Array(Float32Array.of(1.5, -2).buffer);
    await handle.write(values, 0, 8, 8 + header.length + end);
    await handle.close();
    const before = process.memoryUsage().rss;
    const source = await openTensors(file);
    expect([...(await source.read('last'))]).toEqual([1.5, -2]);
    await source.close();
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it.each([
    ['the weights', [], 1],
    ['their average', ['average.'], 2],
  ])("shows a checkpoint's model alone: %s", async (_, averages, expected) => {
    const file = path.join(tempFolder(), 'last.safetensors');
    const values = new Map([
      ['', 1],
      ['average.', 2],
      ['velocity.', 3],
    ]);
    const names = ['', ...averages, 'velocity.'].flatMap((prefix) =>
      ['fc.weight', 'fc.bias'].map((name) => [prefix, name]),
    );
    const tensors = names.map(([prefix, name]) => ({
      name: prefix + name,
      shape: [1],
      data: Float32Array.of(values.get(prefix) ?? 0),
    }));
    await writeSafetensors(file, tensors, { progress: '{}' });
    expect(await readAll(file)).toEqual(
      new Map(['fc.weight', 'fc.bias'].map((name) => [name, { shape: [1], values: [expected] }])),
    );
    const source = await openTensors(file);
    expect(source.metadata).toEqual({ progress: '{}' });
    await source.close();
  });
});
