import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { openLabeledSplit } from '../../../src/datasets/formats.js';
import { tf } from '../../../src/engine/tf.js';
import { UserError } from '../../../src/errors.js';
import { buildClassifier } from '../../../src/models/classifier.js';
import { buildMaskRcnn } from '../../../src/models/mask-rcnn.js';
import { Weights } from '../../../src/nn/weights.js';
import { classificationLearner } from '../../../src/tasks/classification/learner.js';
import { loadStartingWeights } from '../../../src/tasks/starting-weights.js';
import { newRun, writeConfig } from '../../../src/training/run-folder.js';
import { runTraining, type TrainingListener } from '../../../src/training/train.js';
import {
  loadBackboneWeights,
  loadWeights,
  saveModel,
  weightTensors,
} from '../../../src/weights/model-file.js';
import { useEngine } from '../../support/engine.js';
import { tinyClassifier, writeCatsAndDogs } from '../../support/image-folder.js';
import { tempFolder } from '../../support/temp-folder.js';
import { tinyConfig } from '../../support/tiny.js';
import { logOf, silent, trainUntil } from '../../support/training-run.js';

beforeAll(useEngine);

let root: string;
beforeEach(async () => {
  root = tempFolder();
  await writeCatsAndDogs(root);
});

async function tinyRun(name: string, ...overrides: string[]) {
  const config = tinyClassifier(root, ...overrides);
  const folder = await newRun(name, path.join(root, name));
  await writeConfig(folder, config);
  const learner = classificationLearner(config, {
    train: await openLabeledSplit(config.data, 'train'),
    validation: config.training.validateEvery ? await openLabeledSplit(config.data, 'val') : undefined,
  });
  const initialize = (weights: Weights) => loadStartingWeights(config, weights);
  return { learner, config, folder, resume: false, signal: new AbortController().signal, initialize };
}

/** What follows a file's header, which holds the config. */
async function tensors(file: string): Promise<string> {
  const bytes = await readFile(file);
  return bytes.subarray(8 + Number(bytes.readBigUInt64LE())).toString('base64');
}

test('N steps equal N/2, an interruption, and the other N/2, bit for bit, average included', async () => {
  const recipe = ['training.accumulate=2', 'training.validateEvery=2'];
  const whole = await tinyRun('whole', ...recipe);
  expect(await runTraining(whole, silent)).toBe(4);

  const halves = await tinyRun('halves', ...recipe, 'dataWorkers=1');
  expect(await trainUntil(2, halves)).toBe(2);
  expect(await runTraining({ ...halves, resume: true }, silent)).toBe(4);

  expect(await logOf(halves.folder)).toEqual(await logOf(whole.folder));
  for (const file of ['weights', 'last'] as const) {
    expect(await tensors(halves.folder[file])).toBe(await tensors(whole.folder[file]));
  }
});

test('weights files hold the average, which is what is evaluated', async () => {
  const [averaged, plain] = [
    await tinyRun('averaged'),
    await tinyRun('plain', 'training.emaDecay=undefined'),
  ];
  for (const run of [averaged, plain]) await runTraining(run, silent);
  const last = await readFile(averaged.folder.last, 'latin1');
  expect(last).toContain('"average.fc.weight"');
  expect(await readFile(plain.folder.last, 'latin1')).not.toContain('"average.fc.weight"');
  expect(await readFile(averaged.folder.weights, 'latin1')).not.toContain('average.');
  // The same steps, so the same weights, but not the same average of them.
  expect(await logOf(averaged.folder)).toEqual(await logOf(plain.folder));
  expect(await tensors(averaged.folder.weights)).not.toBe(await tensors(plain.folder.weights));
});

test('a checkpoint gives the average that its weights file holds, to classifiers and detectors', async () => {
  const { config, folder, ...run } = await tinyRun('run');
  await runTraining({ ...run, config, folder }, silent);
  const network = buildClassifier(config.model.backbone, 2).parameters;
  const detector = buildMaskRcnn(tinyConfig(root).model, 5).parameters;
  const valuesFrom = async (load: (file: string, weights: Weights) => Promise<void>, file: string) => {
    const weights = new Weights(load === loadWeights ? network : detector, 7);
    await load(file, weights);
    const values = [...weightTensors(weights)].map(({ data }) => Buffer.from(data.buffer).toString('base64'));
    weights.dispose();
    return values;
  };
  const loadBackbone = (file: string, weights: Weights) => loadBackboneWeights(file, weights, 'attonet-d');
  for (const load of [loadWeights, loadBackbone]) {
    expect(await valuesFrom(load, folder.last)).toEqual(await valuesFrom(load, folder.weights));
  }
});

test('learns to tell cats from dogs, and leaves no tensors behind', async () => {
  const run = await tinyRun('run', 'training.steps=25', 'training.validateEvery=25', 'training.emaDecay=0.5');
  const before = tf.memory().numTensors;
  const counts: number[] = [];
  await runTraining(run, { ...silent, onStep: () => counts.push(tf.memory().numTensors) });
  expect(new Set(counts.slice(1, -1)).size).toBe(1);
  expect(tf.memory().numTensors).toBe(before);
  const log = await logOf(run.folder);
  expect(log.at(-1)?.validation).toEqual({ top1: 1 });
  // Batches of four, whose last maps are single pixels, throw a norm now and then.
  const [median] = log
    .slice(-9)
    .map(({ loss }) => loss)
    .sort((a, b) => a - b)
    .slice(4);
  expect(median).toBeLessThan(log[0].loss / 2);
});

test('unreadable images are refused, or left out when the config says so', async () => {
  await writeFile(path.join(root, 'train', 'cat', 'cat1.png'), 'no picture');
  await writeFile(path.join(root, 'val', 'dog', 'dog0.png'), 'no picture');
  const strict = runTraining(await tinyRun('strict', 'training.validateEvery=4'), silent);
  await expect(strict).rejects.toThrow(UserError);
  await expect(strict).rejects.toThrow(
    /^2 of 14 images can't be read:\n- .*cat1\.png .*\n- .*dog0\.png .*\nReplace them, or .*data\.skipUnreadable=true/,
  );
  const notices: string[] = [];
  const run = await tinyRun('lenient', 'training.validateEvery=4', 'data.skipUnreadable=true');
  const onEvaluation: TrainingListener<{ metrics: { images: number } }>['onEvaluation'] = ({ evaluation }) =>
    expect(evaluation.metrics.images).toBe(5);
  expect(
    await runTraining(run, { ...silent, onNotice: (notice) => notices.push(notice), onEvaluation }),
  ).toBe(4);
  expect(notices).toEqual([
    expect.stringMatching(/^2 of 14 images can't be read:(.|\n)*They are left out\.$/),
    expect.stringMatching(/^Training on 7 images of 2 classes; the run is /),
  ]);
});

test('starts from the backbone of another classifier, whatever its classes', async () => {
  const file = path.join(root, 'other.safetensors');
  const config = tinyClassifier(root, 'data.classes=a,b,c');
  const other = new Weights(buildClassifier(config.model.backbone, 3).parameters, 9);
  await saveModel(file, other, config);
  other.dispose();

  const started = await tinyRun('started', `model.backbone.weights=${file}`);
  const fresh = await tinyRun('fresh');
  for (const run of [started, fresh]) await trainUntil(1, run);
  const [[a], [b]] = [await logOf(started.folder), await logOf(fresh.folder)];
  expect(a.loss).not.toBe(b.loss);
  const another = runTraining(
    await tinyRun('another', 'model.backbone.name=mobilenet-v1', `model.backbone.weights=${file}`),
    silent,
  );
  await expect(another).rejects.toThrow(
    /other\.safetensors: holds attonet-d, and mobilenet-v1 is to be trained/,
  );
  const whole = runTraining(await tinyRun('whole', `model.weights=${file}`), silent);
  await expect(whole).rejects.toThrow(
    /other\.safetensors: tells 3 classes apart, and 2 are to be learned; .*model\.backbone\.weights=/,
  );

  const detector = path.join(root, 'detector.safetensors');
  const detection = tinyConfig(root);
  const found = new Weights(buildMaskRcnn(detection.model, 5).parameters, 9);
  await saveModel(detector, found, detection);
  found.dispose();
  for (const [key, message] of [
    [
      'model.weights',
      /holds a detector, and a classifier is to be trained; take the weights of a classifier$/,
    ],
    ['model.backbone.weights', /holds a detector; a classifier starts from the weights of a classifier$/],
  ] as const) {
    const run = await tinyRun(key, `${key}=${detector}`);
    await expect(runTraining(run, silent)).rejects.toThrow(message);
  }
});

test('a detector starts from the backbone of a classifier', async () => {
  const file = path.join(root, 'classifier.safetensors');
  const config = tinyClassifier(root);
  const weights = new Weights(buildClassifier(config.model.backbone, 2).parameters, 9);
  await saveModel(file, weights, config);
  const detection = tinyConfig(root, `model.backbone.weights=${file}`);
  const detector = new Weights(buildMaskRcnn(detection.model, 5).parameters, 1);
  await loadStartingWeights(detection, detector);
  let compared = 0;
  for (const parameter of weights.parameters) {
    const taken = detector.parameters.find(({ name }) => name === `backbone.body.${parameter.name}`);
    if (!taken) continue;
    const [ours, theirs] = tf.tidy(() => [
      detector.variable(taken).read().dataSync(),
      weights.variable(parameter).read().dataSync(),
    ]);
    expect(ours).toEqual(theirs);
    compared++;
  }
  expect(compared).toBe(weights.parameters.length - 2);
  for (const each of [weights, detector]) each.dispose();
  const whole = loadStartingWeights(tinyConfig(root, `model.weights=${file}`), detector);
  await expect(whole).rejects.toThrow(
    /holds a classifier, and a detector is to be trained; take its backbone alone/,
  );
});
