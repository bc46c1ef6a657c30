import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseHTML } from 'linkedom';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { registerEval } from '../../src/cli/commands/eval.js';
import { registerTrain } from '../../src/cli/commands/train.js';
import { percent } from '../../src/metrics/metric-value.js';
import { useEngine } from '../support/engine.js';
import { runCommand } from '../support/run-command.js';
import { tempFolder } from '../support/temp-folder.js';
import { tinyConfigInput } from '../support/tiny.js';

beforeAll(useEngine);
afterEach(() => {
  process.exitCode = 0;
});

/** Trains the smallest experiment in a folder of its own. */
async function trainedRun(...overrides: string[]) {
  const folder = tempFolder();
  const config = path.join(folder, 'tiny.json');
  const out = path.join(folder, 'a-run');
  await writeFile(config, JSON.stringify(tinyConfigInput(folder)));
  const train = async (...more: string[]) => {
    const args = ['train', config, ...overrides, 'threads=2', '--out', out, ...more];
    return (await runCommand(registerTrain, args)).stderr;
  };
  return { out, train, messages: await train() };
}

async function reportIn(folder: string) {
  const { document } = parseHTML(await readFile(path.join(folder, 'report.html'), 'utf8'));
  const text = (selector: string) =>
    document.querySelector(selector)?.textContent?.replaceAll(/\s+/g, ' ').trim() ?? '';
  return { text, pictures: document.querySelectorAll('#images img').length };
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

test('a run that validates ends with the report and the metrics of its best weights', async () => {
  const { out, train, messages } = await trainedRun('training.validateEvery=2');
  expect(messages).toContain(`Report: ${path.join(out, 'report.html')}`);
  const metrics = JSON.parse(await readFile(path.join(out, 'metrics.json'), 'utf8'));
  const log = (await readFile(path.join(out, 'log.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const [second, fourth] = [log[1].validation, log[3].validation];
  const best = fourth.AP_m > second.AP_m ? { step: 4, ...fourth } : { step: 2, ...second };
  expect([metrics.AP_d, metrics.AP_m]).toEqual([best.AP_d, best.AP_m]);
  const { text, pictures } = await reportIn(out);
  expect(text('h1')).toBe('a-run');
  expect(text('.facts')).toContain(
    `attonet-d after ${best.step} steps, evaluated on generated shapes, val: 3 images`,
  );
  expect(text('.tile.masks .value')).toBe(percent(best.AP_m));
  expect(text('#training p')).toContain('4 of 4 steps of 2 images');
  expect(pictures).toBe(2 * 3);

  // A complete run that is continued makes no step, so what there is stays.
  const before = await readFile(path.join(out, 'report.html'), 'utf8');
  await train('--resume');
  expect(await readFile(path.join(out, 'report.html'), 'utf8')).toBe(before);
});

test('a run without validation ends with a report of its losses, to which atto eval adds', async () => {
  const { out } = await trainedRun();
  expect(await exists(path.join(out, 'metrics.json'))).toBe(false);
  const losses = await reportIn(out);
  expect(losses.text('.facts')).toContain(
    'after 4 steps of training. It wasn’t evaluated, because training.validateEvery isn’t set',
  );
  expect(losses.text('#metrics')).toBe('');

  const { stdout, stderr: messages } = await runCommand(registerEval, ['eval', out, '--split', 'train']);
  expect(stdout).toMatch(/total, mean/);
  expect(messages).toContain(`Report: ${path.join(out, 'report.html')}`);
  const { text } = await reportIn(out);
  const metrics = JSON.parse(await readFile(path.join(out, 'metrics.json'), 'utf8'));
  expect(text('.facts')).toContain('attonet-d, evaluated on generated shapes, train: 5 images');
  expect(text('.tile.boxes .value')).toBe(percent(metrics.AP_d));
  expect(text('#training p')).toContain('4 of 4 steps');
  expect(text('#versions')).toMatch(/TensorFlow\d+\.\d+/);
});

test('weights without a run are reported without losses, where --out says', async () => {
  const { out } = await trainedRun();
  const alone = path.join(out, '..', 'alone');
  await mkdir(alone);
  const weights = path.join(alone, 'detector.safetensors');
  await writeFile(weights, await readFile(path.join(out, 'weights.safetensors')));
  await rm(out, { recursive: true });
  await runCommand(registerEval, ['eval', weights, '--out', path.join(alone, 'evaluation')]);
  const { text } = await reportIn(path.join(alone, 'evaluation'));
  expect(text('h1')).toBe('detector');
  expect(text('#training')).toBe('');
  expect(text('#versions')).toContain(weights);
});
