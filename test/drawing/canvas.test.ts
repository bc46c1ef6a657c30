import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { imageCanvas, writeImage } from '../../src/drawing/canvas.js';
import { UserError } from '../../src/errors.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'atto-canvas-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const image = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => i * 14) };

test('a written picture holds the pixels of its canvas, and nothing else is left in the folder', async () => {
  const file = path.join(folder, 'new', 'picture.png');
  await writeImage(file, imageCanvas(image));
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([3, 2]);
  expect([...data]).toEqual([...image.data]);
  expect(await readdir(path.dirname(file))).toEqual(['picture.png']);
});

test('a folder that cannot be written is named', async () => {
  const blocked = path.join(folder, 'file');
  await writeFile(blocked, '');
  const writing = writeImage(path.join(blocked, 'picture.png'), imageCanvas(image));
  await expect(writing).rejects.toThrow(UserError);
  await expect(writing).rejects.toThrow(path.join(blocked, 'picture.png'));
});
