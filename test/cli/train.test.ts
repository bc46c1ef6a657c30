import { mkdtempSync, rmSync } from 'node:fs';
import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { atto } from '../support/atto.js';
import { tinyConfigInput } from '../support/tiny.js';

// cspell:ignore stpes

/** `atto train` and `atto eval` as a user runs them, one after the other on one run. */

let folder: string;
let config: string;
let run: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'atto-train-'));
  config = path.join(folder, 'tiny.json');
  run = path.join(folder, 'run');
  const input = tinyConfigInput(folder);
  const training = { ...input.training, steps: 40, checkpointEvery: 20, validateEvery: 20 };
  await writeFile(config, JSON.stringify({ ...input, training }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const json = async (file: string) => JSON.parse(await readFile(path.join(run, file), 'utf8'));
const steps = async (): Promise<number[]> => {
  const lines = (await readFile(path.join(run, 'log.jsonl'), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line).step);
};

test('Ctrl-C saves a checkpoint and exits with 130', { timeout: 60_000 }, async () => {
  let interrupted = false;
  const { code, stdout, stderr } = await atto(['train', config, '--out', run], {
    watch: (child, text) => {
      // The first step is about to be made.
      if (!interrupted && text.includes('Training 0/')) interrupted = child.kill('SIGINT');
    },
  });
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  expect(stderr).toContain('Saving after this step; press Ctrl-C again to quit at once.');
  expect(stderr).toContain(`Interrupted after step 1 of 40; continue with --resume --out ${run}`);
  expect(await steps()).toEqual([1]);
  expect(await readdir(path.join(run, 'checkpoints'))).toEqual(['last.safetensors']);
});

test('a folder that holds a run is not written over', async () => {
  const { code, stderr } = await atto(['train', config, '--out', run]);
  expect(code).toBe(2);
  expect(stderr).toContain(`${run}: holds a run; continue it with --resume or choose another --out`);
});

test('--resume refuses another model, and takes more steps', { timeout: 60_000 }, async () => {
  const other = await atto(['train', config, 'model.fpn.channels=32', '--out', run, '--resume']);
  expect(other.code).toBe(2);
  expect(other.stderr).toContain('model.fpn.channels was 16 and is now 32');

  const { code, stderr } = await atto(['train', config, 'training.steps=42', '--out', run, '--resume']);
  expect(code).toBe(0);
  expect(stderr).toMatch(/step 20: AP_d .* AP_m/);
  expect(stderr).toContain(`42 steps, `);
  expect(await steps()).toEqual(Array.from({ length: 42 }, (_, i) => i + 1));
  expect((await json('config.json')).training.steps).toBe(42);
  expect((await readdir(path.join(run, 'checkpoints'))).sort()).toContain('last.safetensors');
  expect(await readdir(path.join(run, 'tensorboard'))).not.toHaveLength(0);
});

test('a run that was killed before its report gets it', { timeout: 60_000 }, async () => {
  const report = path.join(run, 'report.html');
  await rm(report);
  const resumed = await atto(['train', config, 'training.steps=42', '--out', run, '--resume']);
  expect(resumed.code, resumed.stderr).toBe(0);
  const page = await readFile(report, 'utf8');
  expect(page).toContain('after 42 steps');
  await writeFile(report, 'of an evaluation');
  await atto(['train', config, 'training.steps=42', '--out', run, '--resume']);
  expect(await readFile(report, 'utf8')).toBe('of an evaluation');
});

test('eval scores a run: figures, detections and pictures', { timeout: 60_000 }, async () => {
  const { code, stdout, stderr } = await atto(['eval', run]);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/total, mean/);
  const metrics = await json('metrics.json');
  for (const name of ['AP_d', 'AP_m']) {
    expect(metrics[name]).toBeGreaterThanOrEqual(0);
    expect(metrics[name]).toBeLessThanOrEqual(1);
  }
  expect(Array.isArray(await json('detections.json'))).toBe(true);
  const pictures = (await readdir(path.join(run, 'pictures'))).sort();
  expect(pictures).toEqual(['val_00001.png', 'val_00002.png', 'val_00003.png']);
});

test('a weights file alone will do for eval, but not a truncated one', { timeout: 60_000 }, async () => {
  const weights = path.join(folder, 'copy', 'weights.safetensors');
  await cp(path.join(run, 'weights.safetensors'), weights, { recursive: true });
  expect((await atto(['eval', weights])).code).toBe(0);
  expect((await readdir(path.dirname(weights))).sort()).toContain('metrics.json');

  await truncate(weights, 10_000);
  const { code, stderr } = await atto(['eval', weights]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^atto: .*weights\.safetensors: is not a whole safetensors file/);
});

test.each([
  [['training.stpes=3'], 'unknown key training.stpes; did you mean training.steps?'],
  [['training.steps=0'], 'training.steps: '],
  [['data.format=vco'], 'data.format'],
  [['data.format=voc', 'data.trainImages=2'], 'data.trainImages goes with another data.format'],
  [['data={"format":"voc","root":"/nowhere"}'], 'There is no folder'],
  [['--out', '/dev/null/run'], 'a file stands where a folder is needed'],
])('%j is refused with one message', async (overrides, message) => {
  const { code, stdout, stderr } = await atto(['train', config, '--out', `${run}-refused`, ...overrides]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/\n {4}at /);
  expect(await readdir(folder)).not.toContain('run-refused');
});
