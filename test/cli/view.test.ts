import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { registerView } from '../../src/cli/commands/view.js';
import { runCommand } from '../support/run-command.js';

let folder = '';
let config = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'atto-view-'));
  config = path.join(folder, 'shapes.json');
  const data = { format: 'shapes', root: path.join(folder, 'data'), trainImages: 5, valImages: 3 };
  const input = { shorterSide: 64, longerSide: 100 };
  await writeFile(config, JSON.stringify({ data, input, training: { steps: 1, learningRate: 0.1 } }));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Runs the command; what it prints on standard output. */
async function view(...args: string[]): Promise<string> {
  return (await runCommand(registerView, ['view', config, ...args])).stdout;
}

test('draws every sample of a small split at the size of the input, and a sheet, and prints the folder', async () => {
  const out = path.join(folder, 'plain');
  expect(await view('--out', out)).toBe(out);
  const files = await readdir(out);
  expect(files).toHaveLength(6);
  expect(files).toContain('sheet.png');
  for (const file of files.filter((name) => name !== 'sheet.png')) {
    expect(file).toMatch(/^\d\d-train_\d+\.png$/);
    const { width, height } = await sharp(path.join(out, file)).metadata();
    // 64 × 64 … 64 × 100 (or 63, where the shorter side is floored), enlarged by a whole number for the labels.
    const shorter = Math.min(width, height);
    expect([63, 64]).toContain(shorter / Math.round(shorter / 64));
    expect(Math.max(width, height)).toBeGreaterThan(400);
    expect(Math.max(width, height)).toBeLessThanOrEqual(512);
  }
  const sheet = await sharp(path.join(out, 'sheet.png')).metadata();
  expect(sheet.width).toBeGreaterThan(1000);
});

test('spreads the samples over the split', async () => {
  const out = path.join(folder, 'spread');
  await view('--out', out, '--count', '2', '--split', 'val');
  const files = await readdir(out);
  expect(files.sort()).toEqual(['1-val_00001.png', '2-val_00002.png', 'sheet.png']);
});

test('augmented samples are those of the seed', async () => {
  const pictures = async (name: string, seed: number) => {
    const out = path.join(folder, name);
    await view(`seed=${seed}`, 'input.multiScale=48,96', '--out', out, '--count', '8', '--augmented');
    const files = (await readdir(out)).filter((file) => file !== 'sheet.png');
    return Promise.all(files.map((file) => readFile(path.join(out, file), 'base64')));
  };
  const [first, again, other] = [await pictures('a', 1), await pictures('b', 1), await pictures('c', 2)];
  expect(first).toHaveLength(8);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test.each([
  [['--count', '0'], 'count 0: must be a whole number from 1 to 256'],
  [['--count', 'many'], '--count many: must be a whole number'],
  [['--split', 'val', '--augmented'], 'augmented: only the training split'],
])('%j is refused', async (args, message) => {
  await expect(view(...args, '--out', path.join(folder, 'refused'))).rejects.toThrow(message);
});
