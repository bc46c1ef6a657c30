import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { atto } from '../support/atto.js';
import { tinyClassifierInput, writeCatsAndDogs } from '../support/image-folder.js';

/** A classifier as a user trains and uses it, one command after the other on one run. */

let root: string;
let config: string;
let run: string;
beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'atto-classify-'));
  config = path.join(root, 'pets.json');
  run = path.join(root, 'run');
  await writeCatsAndDogs(root);
  const { data, training, ...input } = tinyClassifierInput(root);
  const { classes: _, ...folders } = data;
  const recipe = { ...training, steps: 25, emaDecay: 0.5, validateEvery: 25 };
  await writeFile(config, JSON.stringify({ ...input, data: folders, training: recipe }));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const json = async (file: string) => JSON.parse(await readFile(path.join(run, file), 'utf8'));

test('train, eval and predict', { timeout: 120_000 }, async () => {
  const trained = await atto(['train', config, '--out', run]);
  expect(trained).toMatchObject({ code: 0, stdout: '' });
  expect(trained.stderr).toContain(`Training on 8 images of 2 classes; the run is ${run}`);
  expect(trained.stderr).toContain('step 25: top1 100.0');
  expect((await json('config.json')).data.classes).toEqual(['cat', 'dog']);
  expect(await json('metrics.json')).toMatchObject({
    images: 6,
    top1: 1,
    top5: null,
    confusion: [
      [3, 0],
      [0, 3],
    ],
  });
  expect(await readFile(path.join(run, 'report.html'), 'utf8')).toContain(
    'Classifier attonet-d after 25 steps',
  );

  // As if every cat were a dog.
  const wrong = path.join(root, 'wrong');
  await mkdir(path.join(wrong, 'val'), { recursive: true });
  await writeFile(
    path.join(root, 'wrong.txt'),
    'val/cat/cat0.png dog\nval/dog/dog0.png dog\nval/dog/dog1.png cat\n',
  );
  const evaluated = await atto(['eval', run, 'data.val=wrong.txt', '--out', wrong]);
  expect(evaluated.code, evaluated.stderr).toBe(0);
  expect(evaluated.stdout).toMatch(/cat +│ +1 │ +0\.0 │ +– │ dog \(1\)/);
  expect(evaluated.stdout).toMatch(/all +│ +3 │ +33\.3/);
  expect(await readdir(wrong)).toEqual(
    expect.arrayContaining(['metrics.json', 'report.html', 'worst-mistakes.png']),
  );
  const page = await readFile(path.join(wrong, 'report.html'), 'utf8');
  expect(page.match(/<strong>cat<\/strong>, taken for\s<strong>dog<\/strong>/g)).toHaveLength(1);
  expect(page.match(/<strong>dog<\/strong>, taken for\s<strong>cat<\/strong>/g)).toHaveLength(1);

  const photo = path.join(root, 'val', 'dog', 'dog2.png');
  const predicted = await atto(['predict', photo, config, '--weights', run, '--json']);
  expect(predicted.code).toBe(2);
  expect(predicted.stderr).toContain('pets.json is not a readable image');
  expect(predicted.stderr).toMatch(/dog2\.png: dog \d+\.\d %, cat \d/);
  const [image, ...others] = JSON.parse(predicted.stdout);
  expect(others).toEqual([]);
  expect(image).toMatchObject({ image_id: 'dog2', file: photo });
  const [first, second] = image.predictions;
  expect(first).toEqual({ category_id: 2, category: 'dog', probability: expect.any(Number) });
  expect(first.probability + second.probability).toBeCloseTo(1, 6);
});

test('export-weights has the same tensors of a checkpoint as of the weights', {
  timeout: 60_000,
}, async () => {
  const exported = async (target: string): Promise<Buffer> => {
    const out = path.join(root, 'exported.safetensors');
    expect(await atto(['export-weights', target, '--out', out])).toMatchObject({ code: 0, stdout: '' });
    return readFile(out);
  };
  const ofRun = await exported(run);
  expect(ofRun.includes('"fc.weight"')).toBe(true);
  expect(ofRun.includes('average.') || ofRun.includes('velocity.')).toBe(false);
  // The one validation was after the last step, so all three are of that step.
  for (const name of ['last', 'best']) {
    expect((await exported(path.join(run, 'checkpoints', `${name}.safetensors`))).equals(ofRun)).toBe(true);
  }
});

test('view and check', { timeout: 60_000 }, async () => {
  const out = path.join(root, 'view');
  const viewed = await atto(['view', config, '--augmented', '--count', '3', '--out', out]);
  expect(viewed).toMatchObject({ code: 0, stdout: `${out}\n` });
  expect(await readdir(out)).toHaveLength(4);

  const sound = await atto(['check', config, '--json']);
  expect(sound.code).toBe(0);
  expect(JSON.parse(sound.stdout)).toMatchObject({
    faults: 0,
    summary: [
      {
        split: 'train',
        images: 8,
        classes: [
          { name: 'cat', images: 4 },
          { name: 'dog', images: 4 },
        ],
      },
      { split: 'val', images: 6 },
    ],
  });
  await writeFile(path.join(root, 'train', 'cat', 'broken.jpg'), 'no picture');
  const broken = await atto(['check', config]);
  expect(broken.code).toBe(1);
  expect(broken.stdout).toContain('photo-unreadable, images that are damaged or cut off: 1');
  rmSync(path.join(root, 'train', 'cat', 'broken.jpg'));
});

describe('a mistake gets one message', () => {
  test.each([
    ['train', ['model.fpn.channels=64'], 'model.fpn goes with another task'],
    [
      'train',
      ['data.classes=cat,dgo'],
      'has no images of dgo, which data.classes names; did you mean "dog"?',
    ],
    ['train', ['model.outputs=1'], 'model.outputs is 1, and the data has 2 classes: each needs an output'],
    ['train', ['data.root=/nowhere'], 'There is no folder or list /nowhere/train'],
    ['eval', [], 'pets.json: has no run yet'],
    [
      'convert',
      ['--out', 'x.json'],
      'is about a classifier (task classification); a detector is needed here',
    ],
  ])('%s %j', async (command, more, message) => {
    const { code, stdout, stderr } = await atto([command, config, ...more], { cwd: root });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  test('predict --score', { timeout: 30_000 }, async () => {
    const photo = path.join(root, 'val', 'dog', 'dog2.png');
    const { code, stderr } = await atto(['predict', photo, '--weights', run, '--score', '0.3']);
    expect(code).toBe(2);
    expect(stderr).toContain('score: ');
  });
});
