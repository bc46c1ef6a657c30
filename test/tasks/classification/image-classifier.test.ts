import path from 'node:path';
import sharp from 'sharp';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { Detector, ImageClassifier } from '../../../src/api/index.js';
import { buildClassifier } from '../../../src/models/classifier.js';
import { buildMaskRcnn } from '../../../src/models/mask-rcnn.js';
import { Weights } from '../../../src/nn/weights.js';
import { saveModel } from '../../../src/weights/model-file.js';
import { useEngine } from '../../support/engine.js';
import { tinyClassifier } from '../../support/image-folder.js';
import { tempFolder } from '../../support/temp-folder.js';
import { tinyConfig } from '../../support/tiny.js';

beforeAll(useEngine);

let file: string;
beforeEach(async () => {
  file = path.join(tempFolder(), 'weights.safetensors');
  const config = tinyClassifier('data', 'model.outputs=7', 'data.classes=cat,dog,emu,ant,bee,fly');
  const weights = new Weights(buildClassifier(config.model.backbone, 7).parameters, 4);
  await saveModel(file, weights, config);
  weights.dispose();
});

test('gives the most probable classes of a file, its bytes or its pixels, without the outputs that are none', async () => {
  const model = await ImageClassifier.load(file);
  expect(model.classes).toEqual(['cat', 'dog', 'emu', 'ant', 'bee', 'fly']);
  const noise = { type: 'gaussian', mean: 120, sigma: 60 } as const;
  const picture = sharp({ create: { width: 50, height: 40, channels: 3, background: 'gray', noise } });
  const { data } = await picture.clone().raw().toBuffer({ resolveWithObject: true });
  const png = await sharp(data, { raw: { width: 50, height: 40, channels: 3 } })
    .png()
    .toBuffer();
  const found = await model.classify(png);
  expect(found).toHaveLength(5);
  for (const [i, { label, category, probability }] of found.entries()) {
    expect(category).toBe(model.classes[label]);
    expect(probability).toBeLessThanOrEqual(found[Math.max(i - 1, 0)].probability);
  }
  const all = await model.classify(png, { top: 6 });
  const sum = all.reduce((total, { probability }) => total + probability, 0);
  expect(sum).toBeGreaterThan(0.5);
  expect(sum).toBeLessThan(1);
  expect(all.slice(0, 5)).toEqual(found);
  const pixels = { width: 50, height: 40, data: new Uint8Array(data) };
  expect(await model.classify(pixels)).toEqual(found);
  await expect(model.classify('nowhere.jpg')).rejects.toThrow('nowhere.jpg: there is no such image');
  model.dispose();
});

test("a detector's file is no classifier's, and the reverse", async () => {
  await expect(Detector.load(file)).rejects.toThrow(
    /weights\.safetensors: is about a classifier .* a detector is needed/,
  );
  const other = path.join(path.dirname(file), 'detector.safetensors');
  const config = tinyConfig('data');
  const weights = new Weights(buildMaskRcnn(config.model, 5).parameters, 1);
  await saveModel(other, weights, config);
  weights.dispose();
  await expect(ImageClassifier.load(other)).rejects.toThrow(
    /detector\.safetensors: is about a detector .* a classifier is needed/,
  );
});
