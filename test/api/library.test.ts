import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/api/config.js';
import { check, convertData, openDataset } from '../../src/api/datasets.js';
import { drawDetections, encodePng, viewSamples } from '../../src/api/drawing.js';
import { countNetwork, evaluate, scoreDetections } from '../../src/api/evaluation.js';
import { Detector, ImageClassifier, load, predict, type RgbImage, UserError } from '../../src/api/index.js';
import { train } from '../../src/api/training.js';
import { useEngine } from '../support/engine.js';
import { tinyConfigInput } from '../support/tiny.js';

/** One small experiment as a program makes it: train, evaluate, load, detect, draw. */

let folder: string;
let run: string;
const image = (name: string): string => path.join(folder, 'data', 'VOC2012', 'JPEGImages', `${name}.jpg`);

beforeAll(async () => {
  await useEngine();
  folder = mkdtempSync(path.join(tmpdir(), 'atto-library-'));
  run = path.join(folder, 'run');
  const steps: number[] = [];
  const phases = new Set<string>();
  const { metrics, ...result } = await train(tinyConfigInput(folder), {
    overrides: { training: { validateEvery: 4, emaDecay: 0.5 }, input: { shorterSide: 64 }, threads: 2 },
    out: run,
    onStep: ({ step }) => steps.push(step),
    onProgress: (phase) => phases.add(phase),
  });
  expect(steps).toEqual([1, 2, 3, 4]);
  expect([...phases]).toEqual(['generating', 'checking', 'validating']);
  expect(result).toMatchObject({ steps: 4, config: { input: { shorterSide: 64 } } });
  expect(metrics).toMatchObject({ images: 3 });
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('train', () => {
  it('ends after a step when the signal is aborted, and resumes', async () => {
    const out = path.join(folder, 'interrupted');
    const controller = new AbortController();
    const interrupted = await train(tinyConfigInput(folder), {
      overrides: ['threads=2'],
      out,
      signal: controller.signal,
      onStep: ({ step }) => {
        if (step === 2) controller.abort();
      },
    });
    expect(interrupted).toMatchObject({ steps: 2, metrics: undefined });
    const resumed = await train(tinyConfigInput(folder), { overrides: ['threads=2'], out, resume: true });
    expect(resumed.steps).toBe(4);
  });

  it('averages the weights of a detector, too', async () => {
    const tensors = await readFile(path.join(run, 'checkpoints', 'last.safetensors'), 'latin1');
    expect(tensors).toContain('"average.backbone.body.');
  });
});

describe('Detector', () => {
  it('detects in a list of files, bytes and pixels as in each alone', async () => {
    using detector = await Detector.load(run);
    const bytes = await readFile(image('val_00002'));
    const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const pixels: RgbImage = { width: info.width, height: info.height, data };
    const sources = [image('val_00001'), image('val_00001'), bytes, pixels, image('val_00003')];
    const options = { score: 0.01 };
    const found = await detector.detect(sources, options);
    expect(found).toHaveLength(5);
    for (const [i, source] of sources.entries()) {
      const alone = await detector.detect(source, options);
      expect(found[i].length).toBeGreaterThan(0);
      expect(found[i].map(({ label }) => label)).toEqual(alone.map(({ label }) => label));
      for (const [j, { score, box }] of found[i].entries()) {
        expect(score).toBeCloseTo(alone[j].score, 4);
        for (const side of box.keys()) expect(box[side]).toBeCloseTo(alone[j].box[side], 2);
      }
    }
    const none = await detector.detect([], options);
    expect(none).toEqual([]);
  });

  it('takes overrides as an object', async () => {
    using detector = await Detector.load(run, { overrides: { model: { box: { detectionsPerImage: 2 } } } });
    expect(detector.config.model.box.detectionsPerImage).toBe(2);
    expect((await detector.detect(image('val_00001'), { score: 0 })).length).toBeLessThanOrEqual(2);
  });

  it('refuses what is no image, and options out of range', async () => {
    using detector = await Detector.load(run);
    const short = { width: 20, height: 20, data: new Uint8Array(100) };
    await expect(detector.detect(short)).rejects.toThrow(
      'the image: 20×20 pixels of RGB are 1200 bytes, but data has 100',
    );
    const floats = JSON.parse('{"width": 2.5, "height": 1, "data": []}');
    for (const wrong of [floats, { ...short, width: Number.NaN }, { ...short, height: 0 }]) {
      await expect(detector.detect(wrong)).rejects.toThrow(UserError);
    }
    await expect(detector.detect(image('val_00001'), { score: Number.NaN })).rejects.toThrow(
      'score NaN: must be a number from 0 to 1',
    );
    detector.dispose();
    await expect(detector.detect(image('val_00001'))).rejects.toThrow('the detector is disposed');
  });

  it('rejects with the reason of a signal', async () => {
    using detector = await Detector.load(run);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(detector.detect([image('val_00001')], { signal })).rejects.toThrow('enough');
  });

  it('draws on an image', async () => {
    using detector = await Detector.load(run);
    const { data, info } = await sharp(image('val_00001')).raw().toBuffer({ resolveWithObject: true });
    const pixels: RgbImage = { width: info.width, height: info.height, data };
    const detections = await detector.detect(pixels, { score: 0 });
    const png = await encodePng(drawDetections(pixels, detections, { scale: 2 }));
    expect(await sharp(png).metadata()).toMatchObject({ width: 2 * info.width, height: 2 * info.height });
  });
});

it('load gives the model of a run or weights file by its task', async () => {
  using model = await load(path.join(run, 'weights.safetensors'));
  expect(model.task).toBe('instance-segmentation');
  expect(model).toBeInstanceOf(Detector);
  await expect(ImageClassifier.load(run)).rejects.toThrow(UserError);
});

it('predict gives results and writes nothing unless told to', async () => {
  const before = await readdir(folder);
  const seen: string[] = [];
  const { results, images } = await predict([image('val_00001'), image('val_00002')], {
    weights: run,
    score: 0,
    onImage: ({ file, done, total }) => seen.push(`${path.parse(file).name} ${done}/${total}`),
  });
  expect(seen).toEqual(['val_00001 1/2', 'val_00002 2/2']);
  expect(images).toEqual({ found: 2, read: 2, unreadable: 0 });
  expect(results.length).toBeGreaterThan(0);
  expect(await readdir(folder)).toEqual(before);
});

it('evaluate gives the metrics that the same detections score', async () => {
  const { metrics } = await evaluate(run, { out: path.join(folder, 'evaluation') });
  const ground = path.join(folder, 'val.json');
  const converted = await convertData(tinyConfigInput(folder), { split: 'val', out: ground });
  expect(converted.images).toBe(3);
  const detections = JSON.parse(await readFile(path.join(folder, 'evaluation', 'detections.json'), 'utf8'));
  expect(detections[0].image_id).toBe('val_00001');
  const scores = await scoreDetections({
    groundTruth: ground,
    detections: path.join(folder, 'evaluation', 'detections.json'),
  });
  expect(scores.metrics.voc.box.AP50).toBe('AP_d' in metrics ? metrics.AP_d : undefined);
  expect(scores.metrics.voc.mask?.AP50).toBe('AP_m' in metrics ? metrics.AP_m : undefined);

  const before = await readFile(path.join(run, 'metrics.json'), 'utf8');
  const again = await evaluate(run, { out: false });
  expect(again).toMatchObject({ files: [], metrics });
  expect(await readFile(path.join(run, 'metrics.json'), 'utf8')).toBe(before);
  const aborted = evaluate(run, { out: false, signal: AbortSignal.abort(new Error('enough')) });
  await expect(aborted).rejects.toThrow('enough');
});

it('an aborted signal rejects before anything is made', async () => {
  const out = path.join(folder, 'never');
  const signal = AbortSignal.abort(new Error('enough'));
  const config = tinyConfigInput(folder);
  const ground = path.join(folder, 'val.json');
  const jobs = [
    train(config, { out, signal }),
    check(config, { signal }),
    convertData(config, { out: path.join(out, 'x.json'), signal }),
    viewSamples(config, { out, signal }),
    predict([image('val_00001')], { weights: run, out, signal }),
    scoreDetections({ groundTruth: ground, detections: ground, signal }),
  ];
  for (const job of jobs) await expect(job).rejects.toThrow('enough');
  await expect(readdir(out)).rejects.toThrow('ENOENT');
});

it('ends a generation when the signal is aborted', async () => {
  const controller = new AbortController();
  const data = { format: 'shapes', root: path.join(folder, 'many'), trainImages: 500 } as const;
  const checked = check(
    { ...tinyConfigInput(folder), data, task: 'instance-segmentation' },
    {
      signal: controller.signal,
      onProgress: (phase, done) => {
        if (phase === 'generating' && done === 2) controller.abort(new Error('enough'));
      },
    },
  );
  await expect(checked).rejects.toThrow('enough');
  expect(await readdir(folder)).not.toContain('many');
});

it('checks data, opens it and counts the network', async () => {
  const { result, text } = await check(tinyConfigInput(folder), { split: 'val' });
  expect(result).toMatchObject({ complete: true, faults: 0, summary: [{ split: 'val', images: 3 }] });
  expect(text).toContain('val: 3 images');
  const config = parseConfig(tinyConfigInput(folder), { seed: 3 }, 'tiny');
  const dataset = await openDataset(config.data, 'val');
  expect((await dataset.load(dataset.ids[0])).instances.length).toBeGreaterThan(0);
  const count = await countNetwork(tinyConfigInput(folder), { size: { height: 64, width: 64 } });
  expect(count.parts.map(({ name }) => name)).toEqual(['backbone', 'FPN', 'RPN', 'box head', 'mask head']);
  expect(count.parameters).toBe(count.parts.reduce((sum, part) => sum + part.parameters, 0));
});
