import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { describeRenamed, locateImages } from '../../../src/datasets/images/find-image.js';
import { tempFolder } from '../../support/temp-folder.js';

let folder: string;
beforeEach(() => {
  folder = tempFolder();
});

function put(...files: string[]): void {
  for (const file of files) {
    const place = path.join(folder, file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, '');
  }
}

/** The path in the folder that a name means; undefined where none is there. */
async function found(name: string, ...others: string[]): Promise<string | undefined> {
  const { places, instead } = await locateImages(folder, [name, ...others]);
  return instead === undefined ? path.relative(folder, places.get(name) ?? '') : undefined;
}

test.each([
  ['as it is', '1.jpg', '1.jpg'],
  ['in other capitals', 'A.jpg', 'a.JPG'],
  ['with backslashes', 'sub\\1.jpg', 'sub/1.jpg'],
  ['in the other Unicode form', 'Scho\u0308n.jpg', 'Sch\u00f6n.jpg'],
  ['with percent escapes', 'Sch%C3%B6n%20%281%29.jpg', 'Sch\u00f6n (1).jpg'],
  ['with a percent sign of its own', 'images/100%.jpg', '100%.jpg'],
  ['as an address', 'https://storage.example.org/projects/7/1.jpg?token=a%2Fb#top', '1.jpg'],
  ['as a path of another machine', 'C:\\media\\upload\\4\\1.jpg', '1.jpg'],
  ['from a folder too high', '../../upload/1.jpg', 'deep/1.jpg'],
])('an image is found by its name %s', async (_, name, file) => {
  put(file, 'other.jpg', '.hidden/1.jpg');
  expect(await found(name)).toBe(file);
});

test('the path decides between files with the same base name', async () => {
  put('a/1.jpg', 'b/1.jpg');
  expect(await found('images/b/1.jpg')).toBe(path.join('b', '1.jpg'));
  expect(await found('1.jpg')).toBeUndefined();
});

test('a file that two names could mean is none of them', async () => {
  put('1.jpg');
  expect(await found('x/1.jpg')).toBe('1.jpg');
  expect(await found('x/1.jpg', 'y/1.jpg')).toBeUndefined();
  expect(await found('x/1.jpg', '1.jpg')).toBeUndefined();
});

test('says once what is found under another name, and what lies there instead of the rest', async () => {
  put('1.JPG', '2.jpg', '3.jpg', '4.jpg', 'notes.txt');
  const images = await locateImages(folder, ['1.jpg', '2.jpg', '9.jpg']);
  expect(describeRenamed('train.json', images)).toBe(
    'train.json: 1 image is found under another name than the one given, such as 1.JPG for 1.jpg.',
  );
  expect(images.instead).toBe(`In ${folder} lie 1.JPG, 2.jpg, 3.jpg and 1 more.`);
  expect(images.places.get('9.jpg')).toBe(path.join(folder, '9.jpg'));
});
