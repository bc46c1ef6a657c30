import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildClassifier } from '../../src/models/classifier.js';
import { buildMaskRcnn } from '../../src/models/mask-rcnn.js';
import type { Parameter } from '../../src/nn/parameter.js';
import { openSafetensors, writeSafetensors } from '../../src/weights/safetensors.js';
import type { NamedTensor } from '../../src/weights/tensor-file.js';
import { torchShape } from '../../src/weights/torch-layout.js';
import { atto } from '../support/atto.js';
import { goldenWeights } from '../support/golden-weights.js';
import { between } from '../support/reference.js';
import { tinyConfig, tinyConfigInput } from '../support/tiny.js';

/** `atto import` and `atto export-weights` as a user runs them. */

let folder: string;
let config: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'atto-import-'));
  config = inFolder('tiny.json');
  await writeFile(config, JSON.stringify(tinyConfigInput(folder)));
  await writeSafetensors(inFolder('detector.safetensors'), [...tensorsOf(detector(5)), counter], {});
  await writeSafetensors(inFolder('classifier.safetensors'), tensorsOf(classifier()), {});
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inFolder = (name: string): string => path.join(folder, name);
const detector = (classes: number) => buildMaskRcnn(tinyConfig(folder).model, classes).parameters;
const classifier = () => buildClassifier(tinyConfig(folder).model.backbone, 51).parameters;
const counter = { name: 'backbone.body.stem.1.num_batches_tracked', shape: [], data: Float32Array.of(7) };

function tensorsOf(parameters: readonly Parameter[]): NamedTensor[] {
  return parameters.map((parameter) => {
    const shape = torchShape(parameter);
    const count = shape.reduce((product, size) => product * size, 1);
    return { name: parameter.name, shape, data: between(`import/${parameter.name}`, count, 0.1, 1) };
  });
}

async function readAll(file: string): Promise<Map<string, NamedTensor>> {
  const source = await openSafetensors(file);
  const all = new Map<string, NamedTensor>();
  for (const [name, { shape }] of source.tensors)
    all.set(name, { name, shape, data: await source.read(name) });
  await source.close();
  return all;
}

/** What tensors are, with a hash for their values: comparing those one by one takes seconds. */
function digests(tensors: ReadonlyMap<string, NamedTensor>) {
  return new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data: digest(data) }]));
}

const digest = (data: Float32Array): string =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');

/** Runs an import that must fail, without a trace, and must not write. */
async function refusal(file: string, ...more: string[]): Promise<string> {
  const out = inFolder('refused.safetensors');
  const { code, stdout, stderr } = await atto(['import', file, '--config', config, '--out', out, ...more]);
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
  expect(stderr).not.toMatch(/\n {4}at /);
  expect((await readdir(folder)).filter((name) => name.startsWith('refused'))).toEqual([]);
  return stderr;
}

test.each([
  ['as trained', []],
  ['with a frozen norm', ['model.backbone.norm=frozen']],
])('a detector comes in and goes out again %s, bit for bit', { timeout: 60_000 }, async (_, overrides) => {
  const [out, exported] = [inFolder('weights.safetensors'), inFolder('exported.safetensors')];
  const file = inFolder('detector.safetensors');
  const imported = await atto(['import', file, '--config', config, '--out', out, ...overrides]);
  expect(imported.code, imported.stderr).toBe(0);
  expect(imported.stdout).toMatch(/backbone +│ +345 │/);
  expect(imported.stdout).toContain('Ignored: num_batches_tracked of 1 norms\n');
  expect((await atto(['export-weights', out, '--out', exported])).code).toBe(0);
  const before = await readAll(file);
  before.delete(counter.name);
  expect(digests(await readAll(exported))).toEqual(digests(before));
  const source = await openSafetensors(exported);
  expect(source.metadata).toEqual({ format: 'pt' });
  await source.close();
});

test('predict takes an imported detector', { timeout: 60_000 }, async () => {
  const photo = inFolder('photo.png');
  await sharp({ create: { width: 80, height: 60, channels: 3, background: '#4080c0' } }).toFile(photo);
  const { code, stdout, stderr } = await atto([
    'predict',
    photo,
    '--weights',
    inFolder('weights.safetensors'),
    '--json',
  ]);
  expect(code, stderr).toBe(0);
  expect(Array.isArray(JSON.parse(stdout))).toBe(true);
});

test('other classes are refused, or left fresh', { timeout: 60_000 }, async () => {
  await writeSafetensors(inFolder('other.safetensors'), tensorsOf(detector(7)), {});
  const stderr = await refusal(inFolder('other.safetensors'));
  expect(stderr).toContain(
    '6 tensors are of another shape:\n  roi_heads.box_predictor.cls_score.weight: 8×16 instead of 6×16\n',
  );
  expect(stderr).toContain('--fresh-heads');

  const out = inFolder('fresh.safetensors');
  const args = ['import', inFolder('other.safetensors'), '--config', config, '--out', out, '--fresh-heads'];
  const fresh = await atto(args);
  expect(fresh.code, fresh.stderr).toBe(0);
  expect(fresh.stdout).toContain(
    'Left fresh (6):\n  roi_heads.box_predictor.cls_score.weight: 6×16, in the file 8×16\n',
  );
  const found = await readAll(out);
  expect(found.get('roi_heads.box_predictor.cls_score.weight')?.shape).toEqual([6, 16]);
});

test('a classification network becomes the backbone', { timeout: 60_000 }, async () => {
  const out = inFolder('start.safetensors');
  const { code, stdout, stderr } = await atto([
    'import',
    inFolder('classifier.safetensors'),
    '--config',
    config,
    '--out',
    out,
  ]);
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('A classification network: FPN, RPN and heads are left fresh.');
  const found = await readAll(out);
  for (const { name, data } of tensorsOf(classifier())) {
    if (!name.startsWith('fc.'))
      expect(digest(found.get(`backbone.body.${name}`)?.data ?? new Float32Array()), name).toBe(digest(data));
  }
});

test('training starts from foreign files', { timeout: 60_000 }, async () => {
  const run = (name: string, ...overrides: string[]) =>
    atto(['train', config, 'training.steps=1', '--out', inFolder(name), ...overrides]);
  const whole = await run('run1', `model.weights=${inFolder('detector.safetensors')}`);
  expect(whole.code, whole.stderr).toBe(0);
  const backbone = await run('run2', `model.backbone.weights=${inFolder('classifier.safetensors')}`);
  expect(backbone.code, backbone.stderr).toBe(0);
  const wrong = await run('run3', `model.weights=${goldenWeights('tensors.pth')}`);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain("tensors.pth: doesn't fit the model");
});

test('other commands point to the import', { timeout: 60_000 }, async () => {
  const { code, stderr } = await atto(['eval', goldenWeights('tensors.pth')]);
  expect(code).toBe(2);
  expect(stderr).toContain("tensors.pth: PyTorch's files hold no config; bring it in with: atto import");
});

test('what is no weights file is refused with one message', { timeout: 60_000 }, async () => {
  expect(await refusal(inFolder('none.pth'))).toContain('none.pth: there is no such file');
  expect(await refusal(goldenWeights('code.pth'))).toMatch(/code\.pth: its pickle names \w+\.print/);
  expect(await refusal(config)).toContain(
    'tiny.json: is neither a safetensors file nor one that torch.save wrote',
  );
  const truncated = inFolder('truncated.safetensors');
  await writeSafetensors(truncated, tensorsOf(detector(5)), {});
  await truncate(truncated, 100_000);
  expect(await refusal(truncated)).toContain('truncated.safetensors: is not a whole safetensors file');
  expect(await refusal(inFolder('detector.safetensors'), '--out', inFolder('weights.pth'))).toContain(
    'weights.pth: must end in .safetensors',
  );
});
