import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.js';
import { scoreDetections } from '../../src/metrics/score.js';
import { predict } from '../../src/tasks/predict.js';
import { train } from '../../src/tasks/train.js';
import { useEngine } from '../support/engine.js';
import { tempFolder } from '../support/temp-folder.js';
import { tinyConfigInput } from '../support/tiny.js';

beforeAll(useEngine);

const stored = { width: 80, height: 60 };

/** Trains on images that EXIF turns by 90 degrees, annotated at a size; then predicts for them. */
async function trainAndPredict(stated: typeof stored) {
  const root = tempFolder();
  const images = path.join(root, 'images');
  mkdirSync(images);
  const names = ['a.jpg', 'b.jpg', 'c.jpg'];
  for (const name of names) {
    const noise = { type: 'gaussian', mean: 120, sigma: 40 } as const;
    const create = { ...stored, channels: 3, background: 'gray', noise } as const;
    await sharp({ create }).withMetadata({ orientation: 6 }).jpeg().toFile(path.join(images, name));
  }
  const segmentation = [[10, 10, 40, 10, 40, 40, 10, 40]];
  const annotation = { category_id: 1, iscrowd: 0, bbox: [10, 10, 30, 30], area: 900, segmentation };
  const file = path.join(root, 'train.json');
  const content = {
    images: names.map((name, i) => ({ id: i + 1, file_name: name, ...stated })),
    categories: [{ id: 1, name: 'dog' }],
    annotations: names.map((_, i) => ({ ...annotation, id: i + 1, image_id: i + 1 })),
  };
  writeFileSync(file, JSON.stringify(content));
  const data = { format: 'coco', root, train: file, val: file, imagesTrain: images, imagesVal: images };
  const out = path.join(root, 'run');
  const input = { ...tinyConfigInput(root), data };
  const { config } = await train(parseConfig(input, ['training.steps=1'], 'tiny.json'), { out });
  const found = path.join(root, 'found');
  await predict([images], { weights: path.join(out, 'weights.safetensors'), score: 0, out: found });
  const detections: { segmentation: { size: number[] } }[] = JSON.parse(
    readFileSync(path.join(found, 'detections.json'), 'utf8'),
  );
  const sizes = new Set(detections.map(({ segmentation: { size } }) => size.join(' × ')));
  const scores = await scoreDetections({
    groundTruth: file,
    detections: path.join(found, 'detections.json'),
  });
  return { config, sizes, scores };
}

test('predict sees the pixels that training saw, and score takes its results', {
  timeout: 60_000,
}, async () => {
  const kept = await trainAndPredict(stored);
  expect(kept.config.data).toMatchObject({ orientation: 'stored' });
  expect([...kept.sizes]).toEqual(['60 × 80']);
  expect(kept.scores?.metrics.coco.box.AP).toBeGreaterThanOrEqual(0);
  const turned = await trainAndPredict({ width: 60, height: 80 });
  expect(turned.config.data).toMatchObject({ orientation: 'auto' });
  expect([...turned.sizes]).toEqual(['80 × 60']);
  expect(turned.scores?.metrics.coco.box.AP).toBeGreaterThanOrEqual(0);
});
