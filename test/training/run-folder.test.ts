import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/parse.js';
import {
  findRun,
  newRun,
  readRunConfig,
  requireSameRun,
  runFolder,
  writeConfig,
} from '../../src/training/run-folder.js';

const input = { data: { format: 'voc', root: 'data' }, training: { steps: 10, learningRate: 0.01 } };
const config = (...overrides: string[]) => parseConfig(input, overrides, 'test.ts');

/** Makes a new run's folder. */
async function start(name: string, out?: string): Promise<void> {
  await writeConfig(await newRun(name, out), config());
}

let before: string;
beforeEach(async () => {
  before = process.cwd();
  process.chdir(await mkdtemp(path.join(tmpdir(), 'atto-')));
});
afterEach(() => process.chdir(before));

describe('newRun', () => {
  it('is in a folder named by config and date', async () => {
    const run = await newRun('atto', undefined);
    expect(run.folder).toMatch(/^runs.atto-\d{4}-\d{2}-\d{2}-\d{6}$/);
    await writeConfig(run, config());
    expect(await readRunConfig(run)).toEqual(config());
  });

  it('refuses a folder that holds a run', async () => {
    await start('atto', 'out');
    await expect(start('atto', 'out')).rejects.toThrow(/out: holds a run.*--resume/);
  });

  it('says so when the place is taken by a file', async () => {
    await writeFile('out', '');
    await expect(start('atto', 'out')).rejects.toThrow(/a file stands where a folder is needed/);
  });
});

describe('findRun', () => {
  it('finds the newest run of the name', async () => {
    for (const name of ['atto-2026-01-02-030405', 'atto-2026-01-03-030405', 'atto-big-2026-05-01-000000']) {
      await start('atto', path.join('runs', name));
    }
    await mkdir(path.join('runs', 'atto-2027-01-01-000000'));
    expect((await findRun('atto', undefined))?.folder).toBe(path.join('runs', 'atto-2026-01-03-030405'));
    expect(await findRun('other', undefined)).toBeUndefined();
    expect(await findRun('atto', 'nowhere')).toBeUndefined();
  });

  it('takes the folder that it is given', async () => {
    await start('atto', 'out');
    expect((await findRun('atto', 'out'))?.folder).toBe('out');
  });
});

describe('requireSameRun', () => {
  const run = runFolder('run');

  it('allows more steps and other threads', () => {
    const later = config('training.steps=20', 'threads=1', 'training.checkpointEvery=5');
    expect(() => requireSameRun(run, config(), later)).not.toThrow();
  });

  it('names what may not change', () => {
    const other = config('data.classes=person', 'model.fpn.channels=64', 'seed=2');
    expect(() => requireSameRun(run, config(), other)).toThrow(
      /run: can't be resumed.*seed was 1 and is now 2.*model\.fpn\.channels was 256 and is now 64.*data\.classes/,
    );
  });
});

describe('readRunConfig', () => {
  it('says what is wrong with a folder', async () => {
    await expect(readRunConfig(runFolder('nowhere'))).rejects.toThrow(
      /config\.json: can't be read.*a run's folder/,
    );
    await mkdir('broken');
    await writeFile(path.join('broken', 'config.json'), '{"data":');
    await expect(readRunConfig(runFolder('broken'))).rejects.toThrow(/config\.json: is damaged/);
  });
});
