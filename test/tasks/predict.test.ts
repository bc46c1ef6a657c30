import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { beforeEach, expect, test } from 'vitest';
import { UserError } from '../../src/errors.js';
import { findImageFiles } from '../../src/tasks/predict.js';
import { tempFolder } from '../support/temp-folder.js';

const create = { width: 4, height: 4, channels: 3, background: 'red' } as const;

let folder: string;
const at = (...parts: string[]) => path.join(folder, ...parts);

beforeEach(async () => {
  folder = tempFolder();
  await mkdir(at('deep', 'er'), { recursive: true });
  for (const name of ['b.jpg', 'a.JPEG', 'notes.txt', 'deep/c.png', 'deep/er/d.webp']) {
    await writeFile(at(name), '');
  }
});

test('a file is itself, whatever its name', async () => {
  expect(await findImageFiles([at('notes.txt')])).toEqual([at('notes.txt')]);
});

test('a folder means its images by name, not those of its subfolders', async () => {
  expect(await findImageFiles([folder])).toEqual([at('a.JPEG'), at('b.jpg')]);
});

test('a folder has images with other names, too, and nothing hidden; what is no image is named', async () => {
  for (const name of ['.b.jpg', 'c.heic', 'd.jfif', 'e.BMP', 'clip.mp4']) await writeFile(at(name), '');
  await writeFile(at('no-ending'), await sharp({ create }).jpeg().toBuffer());
  const notices: string[] = [];
  const files = await findImageFiles([folder], (notice) => notices.push(notice));
  expect(files.map((file) => path.basename(file))).toEqual([
    ...['a.JPEG', 'b.jpg', 'c.heic', 'd.jfif', 'e.BMP', 'no-ending'],
  ]);
  expect(notices).toEqual([`${folder}: left out, since they are no images (2): clip.mp4, notes.txt`]);
});

test('a glob means what it matches', async () => {
  expect(await findImageFiles([at('deep', '**', '*.{png,webp}')])).toEqual([
    at('deep', 'c.png'),
    at('deep', 'er', 'd.webp'),
  ]);
});

test('what is named twice comes once, where it was named first', async () => {
  expect(await findImageFiles([at('b.jpg'), folder, at('deep', '..', 'b.jpg')])).toHaveLength(2);
});

test('brackets in the name of a file that is there are no glob', async () => {
  await writeFile(at('photo[1].jpg'), '');
  expect(await findImageFiles([at('photo[1].jpg')])).toEqual([at('photo[1].jpg')]);
});

test.each([
  ['missing.jpg', 'missing.jpg: there is no such image or folder'],
  ['*.bmp', '*.bmp: no file matches'],
  ['empty', 'empty: has no images'],
])('%s is refused', async (name, message) => {
  await mkdir(at('empty'));
  await expect(findImageFiles([at(name)])).rejects.toThrow(UserError);
  await expect(findImageFiles([at(name)])).rejects.toThrow(message);
});
