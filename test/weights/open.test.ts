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

/** Opcodes of a text, of a dictionary, of a tensor of two values, and of a file of `torch.save` around them. */
// cspell:ignore cargparse ccollections cmmdet cpathlib cposix ctorch cultralytics

const text = (value: string) => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
const dictionary = (entries: Readonly<Record<string, string>>) =>
  `}(${Object.entries(entries)
    .map(([key, value]) => text(key) + value)
    .join('')}u`;
const tensor = (rebuild = 'torch._utils\n_rebuild_tensor_v2', storage = 'torch\nFloatStorage') =>
  `c${rebuild}\n((${text('storage')}c${storage}\n${text('0')}${text('cpu')}K\x02tQK\0K\x02\x85K\x01\x85\x89` +
  'ccollections\nOrderedDict\n)RtR';
const stateDictOf = (entries: Readonly<Record<string, string>>) =>
  `ccollections\nOrderedDict\n)R${dictionary(entries).slice(1)}`;

async function torchSave(pickle: string): Promise<string> {
  const file = path.join(tempFolder(), 'made.pth');
  const zip = new ZipFile();
  const add = (content: Buffer, name: string) => zip.addBuffer(content, `made/${name}`, { compress: false });
  add(Buffer.from(`\x80\x02${pickle}.`, 'latin1'), 'data.pkl');
  add(Buffer.from(Float32Array.of(1.5, -2).buffer), 'data/0');
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
  return file;
}

/** As torchvision's `references/detection/train.py` has them beside the model, with a call that would do harm. */
const besideModel = {
  optimizer: dictionary({ state: '}', param_groups: `](${dictionary({ lr: 'G?\x94z\xe1G\xae\x14{' })}e` }),
  lr_scheduler: dictionary({ milestones: 'ccollections\nCounter\n}(K\x10K\x01K\x16K\x01u\x85R' }),
  args: `cargparse\nNamespace\n)\x81${dictionary({
    epochs: 'K\x1a',
    output_dir: `cpathlib\nPosixPath\n${text('runs')}\x85R`,
    seen: `c__builtin__\nset\n](K\x01e\x85R`,
  })}b`,
  code: `cposix\nsystem\n${text('echo ran')}\x85R`,
  epoch: 'K\x19',
};

describe('what torch.save wrote beside tensors', () => {
  it("leaves all but the model of torchvision's own checkpoint alone", async () => {
    const model = stateDictOf({ a: tensor(), b: tensor() });
    const found = await readAll(await torchSave(dictionary({ model, ...besideModel })));
    expect(Object.fromEntries(found)).toEqual({
      a: { shape: [2], values: [1.5, -2] },
      b: { shape: [2], values: [1.5, -2] },
    });
  });

  it.each([
    ['a whole model', 'cmy.nets\nNet\n)\x81}b', /names my\.nets\.Net where a state dict should be/],
    ['another tensor', stateDictOf({ a: tensor(), b: tensor('posix\nsystem') }), /names posix\.system where/],
    [
      'a parameter of another tensor',
      stateDictOf({ a: tensor(), b: `ctorch._utils\n_rebuild_parameter\n(${tensor('my\ntensor')}\x89}tR` }),
      /names my\.tensor where the tensor b should be/,
    ],
    ['another storage', stateDictOf({ a: tensor(undefined, 'my\nStorage') }), /names my\.Storage where/],
  ])('refuses a model that is %s, by name', async (_, model, what) => {
    const file = await torchSave(dictionary({ model, ...besideModel }));
    await refused(file, what);
    await refused(file, /nothing in a pickle is ever run.*model\.state_dict\(\)/);
  });

  it.each([
    ['Ultralytics', 'cultralytics.nn.tasks\nSegmentationModel\n)\x81}b'],
    ['MMDetection', 'cmmdet.models.detectors.mask_rcnn\nMaskRCNN\n)\x81}b'],
  ])('names %s by its models', async (framework, model) => {
    await refused(
      await torchSave(dictionary({ epoch: 'K\x01', model })),
      new RegExp(`holds a model .* of ${framework}`),
    );
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

  it.each([
    ['.h5', '\x89HDF\r\n\x1a\n\0\0\0\0', /is a file of Keras, such as Matterport's/],
    [
      '.pkl',
      '\x80\x04\x95\x10\0\0\0\0\0\0\0}',
      /a pickle that torch\.save didn't write, such as Detectron2's model zoo/,
    ],
  ])('says whose a %s is', async (extension, content, what) => {
    const file = path.join(tempFolder(), `weights${extension}`);
    await writeFile(file, Buffer.from(content, 'latin1'));
    await refused(file, what);
  });

  it("says that an archive is Keras's", async () => {
    const file = path.join(tempFolder(), 'model.keras');
    const zip = new ZipFile();
    zip.addBuffer(Buffer.from('{}'), 'metadata.json');
    zip.addBuffer(Buffer.from(''), 'model.weights.h5');
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(file));
    await refused(file, /is a file of Keras/);
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
