import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { registerPredict } from '../../src/cli/commands/predict.js';
import { classesOf } from '../../src/datasets/formats.js';
import { buildMaskRcnn } from '../../src/models/mask-rcnn.js';
import { Weights } from '../../src/nn/weights.js';
import { saveModel } from '../../src/weights/model-file.js';
import { useEngine } from '../support/engine.js';
import { runCommand } from '../support/run-command.js';
import { tempFolder } from '../support/temp-folder.js';
import { tinyConfig } from '../support/tiny.js';

// cspell:ignore Sdie

beforeAll(useEngine);

let folder: string;
let weights: string;
let photo: string;
beforeEach(async () => {
  folder = tempFolder();
  weights = path.join(folder, 'weights.safetensors');
  photo = path.join(folder, 'photo.png');
  const config = tinyConfig(folder);
  const model = new Weights(buildMaskRcnn(config.model, classesOf(config.data).length).parameters, 1);
  await saveModel(weights, model, config);
  model.dispose();
  const noise = { type: 'gaussian', mean: 120, sigma: 60 } as const;
  await sharp({ create: { width: 90, height: 70, channels: 3, background: 'gray', noise } })
    .png()
    .toFile(photo);
});
afterEach(() => {
  process.exitCode = 0;
});

/** Runs the command; what it printed on standard output and on standard error. */
function predict(...args: string[]) {
  return runCommand(registerPredict, ['predict', '--weights', weights, '--score', '0', ...args]);
}

test('draws each image and writes its detections', async () => {
  const out = path.join(folder, 'out');
  await predict(photo, '--out', out);
  expect((await readdir(out)).sort()).toEqual(['detections.json', 'photo.png']);
  const { width, height } = await sharp(path.join(out, 'photo.png')).metadata();
  expect(width / 90).toBe(height / 70);
  const detections = JSON.parse(await readFile(path.join(out, 'detections.json'), 'utf8'));
  expect(detections.length).toBeGreaterThan(0);
});

test('--json prints results in the format of COCO and writes nothing', async () => {
  const before = await readdir(folder);
  const { stdout } = await predict(photo, '--json');
  const detections = JSON.parse(stdout);
  expect(detections.length).toBeGreaterThan(0);
  const classes = classesOf(tinyConfig(folder).data);
  let last = 1;
  for (const { image_id, category_id, category, bbox, score, segmentation } of detections) {
    expect(image_id).toBe('photo');
    expect(category).toBe(classes[category_id - 1]);
    const [x, y, w, h] = bbox;
    expect(Math.min(x, y, w, h)).toBeGreaterThanOrEqual(0);
    expect(x + w).toBeLessThanOrEqual(90 + 1e-4);
    expect(y + h).toBeLessThanOrEqual(70 + 1e-4);
    expect(score).toBeLessThanOrEqual(last);
    last = score;
    expect(segmentation).toEqual({ size: [70, 90], counts: expect.any(String) });
  }
  expect(await readdir(folder)).toEqual(before);
});

test('reports unreadable images, goes on with the others, and exits with 2', async () => {
  const broken = path.join(folder, 'broken.jpg');
  await writeFile(broken, 'no image');
  const { stdout, stderr } = await predict(broken, photo, '--json');
  expect(stderr).toContain('broken.jpg is not a readable image');
  expect(new Set(JSON.parse(stdout).map(({ image_id }: { image_id: string }) => image_id))).toEqual(
    new Set(['photo']),
  );
  expect(process.exitCode).toBe(2);
});

test('reads every kind of image in a folder, strips too, and names what it cannot read', async () => {
  const images = path.join(folder, 'images');
  await mkdir(images);
  const put = (name: string, bytes: Buffer) => writeFile(path.join(images, name), bytes);
  const strip = { width: 2000, height: 8, channels: 3, background: 'gray' } as const;
  await put('strip.png', await sharp({ create: strip }).png().toBuffer());
  const small = sharp({ create: { width: 40, height: 30, channels: 3, background: 'gray' } });
  await put('photo.jfif', await small.jpeg().toBuffer());
  await put('no-ending', await small.jpeg().toBuffer());
  await put('photo.ppm', Buffer.concat([Buffer.from('P6 40 30 255\n'), Buffer.alloc(3600, 99)]));
  await put('photo.heic', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'));
  await put('._photo.jfif', Buffer.from('resource fork'));
  await put('notes.txt', Buffer.from('no image'));
  const out = path.join(folder, 'out');
  const { stderr } = await predict(images, '--out', out);
  expect((await readdir(out)).sort()).toEqual([
    ...['detections.json', 'no-ending.png', 'photo-2.png', 'photo-3.png', 'strip.png'],
  ]);
  const detections: { image_id: string }[] = JSON.parse(
    await readFile(path.join(out, 'detections.json'), 'utf8'),
  );
  const seen = new Set(detections.map(({ image_id }) => image_id));
  expect([...seen].sort()).toEqual(['no-ending', 'photo', 'strip']);
  expect(stderr).toContain("photo.heic is not a readable image (it is HEIC, which can't be decoded here");
  expect(stderr).toContain('left out, since they are no images (1): notes.txt');
  expect(stderr).not.toContain('._photo');
  expect(process.exitCode).toBe(2);
});

test('pictures of files with the same name get a number', async () => {
  await mkdir(path.join(folder, 'a'));
  await mkdir(path.join(folder, 'b'));
  await copyFile(photo, path.join(folder, 'a', 'photo.png'));
  await copyFile(photo, path.join(folder, 'b', 'Photo.png'));
  const out = path.join(folder, 'out');
  const { stderr } = await predict(path.join(folder, 'a'), path.join(folder, 'b', '*.png'), '--out', out);
  expect((await readdir(out)).sort()).toEqual(['Photo-2.png', 'detections.json', 'photo.png']);
  expect(stderr).toContain('its picture is Photo-2.png');
});

test.each([
  [['--score', '1.5'], '--score 1.5: must be a number from 0 to 1'],
  [['--score', 'high'], '--score high: must be'],
  [['--weights', 'missing.safetensors'], 'missing.safetensors'],
  [['input.shorterSdie=32'], 'did you mean input.shorterSide?'],
])('%j is refused', async (args, message) => {
  await expect(predict(photo, ...args)).rejects.toThrow(message);
});

test('overrides change the config of the weights', async () => {
  const plain = await predict(photo, '--json');
  const overridden = await predict(photo, '--json', 'model.box.detectionsPerImage=1');
  expect(JSON.parse(plain.stdout).length).toBeGreaterThan(1);
  expect(JSON.parse(overridden.stdout)).toEqual(JSON.parse(plain.stdout).slice(0, 1));
});

test('asks the engine for the precision', async () => {
  // Here it is loaded already, with float32.
  await expect(predict(photo, '--precision', 'bf16')).rejects.toThrow(
    'already loaded with 2 threads and float32',
  );
});
