import { mkdirSync } from 'node:fs';
import { readFile, rmdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { DetectionConfig } from '../../src/config/schema.js';
import { openDataset } from '../../src/datasets/formats.js';
import type { Sample } from '../../src/datasets/sample.js';
import { tf } from '../../src/engine/tf.js';
import { UserError } from '../../src/errors.js';
import type { DetectionEvaluation } from '../../src/metrics/detection-evaluation.js';
import { detectionLearner } from '../../src/tasks/detection/learner.js';
import { loadStartingWeights } from '../../src/tasks/starting-weights.js';
import type { LogEntry } from '../../src/training/log.js';
import { newRun, writeConfig } from '../../src/training/run-folder.js';
import { runTraining, type TrainingRun } from '../../src/training/train.js';
import { openSafetensors } from '../../src/weights/safetensors.js';
import { useEngine } from '../support/engine.js';
import { tempFolder } from '../support/temp-folder.js';
import { tinyConfig } from '../support/tiny.js';
import { logOf, silent, trainUntil } from '../support/training-run.js';

beforeAll(useEngine);

type Run = TrainingRun<Sample, DetectionEvaluation> & { readonly config: DetectionConfig };

async function tinyRun(folder: string, name: string, ...overrides: string[]): Promise<Run> {
  const config = tinyConfig(folder, ...overrides);
  const run = await newRun(name, path.join(folder, name));
  await writeConfig(run, config);
  return {
    config,
    folder: run,
    resume: false,
    learner: detectionLearner(config, {
      train: await openDataset(config.data, 'train'),
      validation: config.training.validateEvery ? await openDataset(config.data, 'val') : undefined,
    }),
    signal: new AbortController().signal,
    initialize: (weights) => loadStartingWeights(config, weights),
  };
}

/** What follows a file's header, which holds the config: it may differ in how many threads read. */
async function tensors(file: string): Promise<string> {
  const bytes = await readFile(file);
  return bytes.subarray(8 + Number(bytes.readBigUInt64LE())).toString('base64');
}

test('N steps equal N/2, an interruption, and the other N/2, bit for bit', async () => {
  const folder = tempFolder();
  const recipe = [
    'training.accumulate=2',
    'training.clipNorm=1',
    'input.multiScale=48,64',
    'training.schedule.kind=cosine',
    'training.validateEvery=2',
  ];
  const whole = await tinyRun(folder, 'whole', ...recipe);
  expect(await runTraining(whole, silent)).toBe(4);

  const halves = await tinyRun(folder, 'halves', ...recipe, 'dataWorkers=1');
  expect(await trainUntil(2, halves)).toBe(2);
  expect(await logOf(halves.folder)).toHaveLength(2);
  expect(await runTraining({ ...halves, resume: true }, silent)).toBe(4);

  expect(await logOf(halves.folder)).toEqual(await logOf(whole.folder));
  for (const file of ['weights', 'last', 'best'] as const) {
    expect(await tensors(halves.folder[file])).toBe(await tensors(whole.folder[file]));
  }
});

test.each(['weights', 'best', 'last'] as const)(
  'a run that is killed before it writes %s, and is resumed, ends as one that is not, bit for bit',
  async (file) => {
    const folder = tempFolder();
    const recipe = ['training.checkpointEvery=1', 'training.validateEvery=2'];
    const whole = await tinyRun(folder, 'whole', ...recipe);
    await runTraining(whole, silent);
    const best = await openSafetensors(whole.folder.best);
    await best.close();
    // Else the last step would write again what the kill prevented.
    expect(JSON.parse(best.metadata.progress)).toMatchObject({ step: 2 });

    const killed = await tinyRun(folder, 'killed', ...recipe);
    // No file can be written through a folder, so nothing is written from there on.
    const obstacle = `${killed.folder[file]}.partial`;
    const obstruct = ({ step }: LogEntry) => step === 2 && mkdirSync(obstacle, { recursive: true });
    await expect(runTraining(killed, { ...silent, onStep: obstruct })).rejects.toThrow(UserError);
    await rmdir(obstacle);
    expect(await runTraining({ ...killed, resume: true }, silent)).toBe(4);

    expect(await logOf(killed.folder)).toEqual(await logOf(whole.folder));
    for (const each of ['weights', 'best', 'last'] as const) {
      expect(await tensors(killed.folder[each])).toBe(await tensors(whole.folder[each]));
    }
  },
);

test('leaves no tensors behind from step to step', async () => {
  const run = await tinyRun(tempFolder(), 'run', 'training.steps=5', 'training.clipNorm=1');
  const before = tf.memory().numTensors;
  const counts: number[] = [];
  await runTraining(run, { ...silent, onStep: () => counts.push(tf.memory().numTensors) });
  expect(counts).toHaveLength(5);
  expect(new Set(counts.slice(1)).size).toBe(1);
  expect(tf.memory().numTensors).toBe(before);
});

test('a hundred steps with images of different sizes leave the memory in use where it was', async () => {
  const recipe = ['training.steps=140', 'input.multiScale=48,96,192', 'input.longerSide=320'];
  const run = await tinyRun(tempFolder(), 'run', ...recipe);
  const megabytes: number[] = [];
  await runTraining(run, { ...silent, onStep: () => megabytes.push(process.memoryUsage.rss() / 1e6) });
  const most = (from: number, to: number): number => Math.max(...megabytes.slice(from, to));
  // Some 30 more come until the allocator has seen every size; 2,000 steps leave it there. A megabyte a step would be 100.
  expect(most(120, 140) - most(20, 40)).toBeLessThan(80);
  // On a busy machine without AVX-512, the steps take longer than other tests may.
}, 180_000);

test('a loss that is not finite ends the run with the losses and the images, and keeps the checkpoint', async () => {
  const run = await tinyRun(tempFolder(), 'run', 'training.checkpointEvery=1');
  expect(await trainUntil(1, run)).toBe(1);
  const kept = await readFile(run.folder.last);
  const { training } = run.config;
  const config = { ...run.config, training: { ...training, learningRate: 1e30, checkpointEvery: 100 } };
  const diverging = runTraining({ ...run, config, resume: true }, silent);
  await expect(diverging).rejects.toThrow(
    /^step \d: a loss isn't finite \(.*mask.*\) on train_\d+, train_\d+; lower training\.learningRate/,
  );
  expect(await readFile(run.folder.last)).toEqual(kept);
});

test.runIf(process.platform === 'linux')('a full disk loses no earlier checkpoint', async () => {
  const run = await tinyRun(tempFolder(), 'run', 'training.checkpointEvery=1');
  expect(await trainUntil(1, run)).toBe(1);
  const kept = await readFile(run.folder.last);
  // Whatever is written to this device meets a full disk.
  await symlink('/dev/full', `${run.folder.last}.partial`);
  const filled = runTraining({ ...run, resume: true }, silent);
  await expect(filled).rejects.toThrow(UserError);
  await expect(filled).rejects.toThrow(/last\.safetensors: the disk is full; free some space/);
  expect(await readFile(run.folder.last)).toEqual(kept);
});

test('frozen norms need weights to start from', async () => {
  const run = await tinyRun(tempFolder(), 'run', 'model.backbone.norm=frozen');
  await expect(runTraining(run, silent)).rejects.toThrow(/norm is frozen.*set model\.backbone\.weights=/);
});

test('overfits two images', async () => {
  const recipe = [
    'training.steps=80',
    'training.learningRate=0.1',
    'training.clipNorm=1',
    'training.schedule.kind=cosine',
    'model.fpn.channels=32',
    'model.box.representation=64',
    'input.horizontalFlip=0',
  ];
  const run = await tinyRun(tempFolder(), 'run', 'data.trainImages=2', ...recipe);
  await runTraining(run, silent);
  const losses = (await logOf(run.folder)).map(({ loss }) => loss);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(losses.slice(-5))).toBeLessThan(0.4 * mean(losses.slice(0, 5)));
});
