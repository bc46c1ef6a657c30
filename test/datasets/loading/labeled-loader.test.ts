import { stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { beforeEach, expect, test } from 'vitest';
import {
  describeUnreadable,
  findUnreadable,
  withoutUnreadable,
} from '../../../src/datasets/checks/unreadable.js';
import type { LabeledSplit } from '../../../src/datasets/dataset-format.js';
import { openLabeledSplit } from '../../../src/datasets/formats.js';
import {
  labeledImages,
  labeledSource,
  labeledTrainingLoader,
} from '../../../src/datasets/loading/labeled-loader.js';
import { UserError } from '../../../src/errors.js';
import { tinyClassifier, writeCatsAndDogs } from '../../support/image-folder.js';
import { tempFolder } from '../../support/temp-folder.js';

let root: string;
let split: LabeledSplit;
const { input } = tinyClassifier('data');
beforeEach(async () => {
  root = tempFolder();
  await writeCatsAndDogs(root);
  split = await openLabeledSplit(tinyClassifier(root).data, 'train');
});

async function take(workers: number, start: number, count: number) {
  const loader = labeledTrainingLoader({ split, input, workers, ahead: 3, seed: 5, start });
  try {
    const images = [];
    for (let i = 0; i < count; i++) images.push(await loader.next());
    return images;
  } finally {
    await loader.close();
  }
}

test('what comes at a position depends on seed and position alone, not on threads or where one started', async () => {
  const whole = await take(0, 0, 20);
  expect(await take(0, 12, 8)).toEqual(whole.slice(12));
  expect(await take(2, 7, 6)).toEqual(whole.slice(7, 13));
  for (const { id, label, image } of whole) {
    expect([image.width, image.height]).toEqual([32, 32]);
    expect(label).toBe(id.includes('dog') ? 1 : 0);
  }
  // Each epoch has every image once, and each time another look at it.
  const epochs = [whole.slice(0, 8), whole.slice(8, 16)].map((images) => images.map(({ id }) => id));
  expect(new Set(epochs[0]).size).toBe(8);
  expect([...epochs[0]].sort()).toEqual([...epochs[1]].sort());
  expect(epochs[0]).not.toEqual(epochs[1]);
  const looks = whole.slice(0, 16).filter(({ id }) => id === whole[0].id);
  expect(looks[0].image.data).not.toEqual(looks[1].image.data);
});

test.each(['training', 'evaluation', 'check'] as const)(
  'pixels can be handed to another thread (%s)',
  async (kind) => {
    const { read } = labeledSource(root);
    const unflipped = { ...input, horizontalFlip: 0 };
    const view = { kind, input: unflipped, seed: 1, position: 0 };
    const { buffer } = (await read({ ...split.files[0], view })).image.data;
    expect.assert(buffer instanceof ArrayBuffer);
    structuredClone(buffer, { transfer: [buffer] });
    expect(buffer.byteLength).toBe(0);
  },
);

test('unreadable images are found and counted, and the rest goes on', async () => {
  await writeFile(path.join(root, split.files[1].file), 'no picture');
  const big = path.join(root, split.files[5].file);
  const noise = { type: 'gaussian', mean: 120, sigma: 60 } as const;
  await sharp({ create: { width: 90, height: 200, channels: 3, background: 'gray', noise } })
    .jpeg()
    .toFile(big);
  // Evaluation and small crops might never look at the last rows.
  await truncate(big, Math.floor(0.9 * (await stat(big)).size));
  const signal = new AbortController().signal;
  for (const workers of [0, 1]) {
    let read = 0;
    const onRead = (done: number): void => {
      read = done;
    };
    const found = await findUnreadable(split, { workers, onRead, signal });
    expect(found.map(({ index }) => index)).toEqual([1, 5]);
    expect(read).toBe(8);
    const report = describeUnreadable(found, 8);
    expect(report).toMatch(/^2 of 8 images can't be read:\n- .*cat1\.png is not a readable image \(.*JPEG/);
    expect(report).toContain('dog1.png');
    expect(withoutUnreadable(split, found).files).toEqual(split.files.filter((_, i) => i !== 1 && i !== 5));
  }
  expect(describeUnreadable([], 8)).toBeUndefined();
  const many = Array.from({ length: 13 }, (_, i) => ({ message: `image ${i}` }));
  expect(describeUnreadable(many, 1000)).toContain('… and 3 more; atto check <config> lists them all');
  const cats = [0, 1, 2, 3].map((index) => ({ index, message: '' }));
  expect(() => withoutUnreadable(split, cats)).toThrow('no image of cat can be read');
});

test('evaluation reads a split once in its order; what is missing comes as the error that says so', async () => {
  const files = [...split.files.slice(0, 2), { file: 'gone.png', label: 0 }, split.files[2]];
  const options = { split: { ...split, files }, workers: 0, ahead: 2 };
  const seen: string[] = [];
  for await (const image of labeledImages(options, { kind: 'evaluation', input })) {
    seen.push(image instanceof UserError ? image.message : image.id);
  }
  const missing = `${path.join(root, 'gone.png')}: there is no such image`;
  expect(seen).toEqual([files[0].file, files[1].file, missing, files[3].file]);
});
