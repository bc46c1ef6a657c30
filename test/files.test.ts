import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../src/errors.js';
import { makeFolder, writeTextAtomically } from '../src/files.js';
import { tempFolder } from './support/temp-folder.js';

test('makes the folders above a file', async () => {
  const file = path.join(tempFolder(), 'a', 'b', 'c.txt');
  await writeTextAtomically(file, 'text');
  expect(await readFile(file, 'utf8')).toBe('text');
  await makeFolder(path.dirname(file));
});

test('says where a file stands in the way', async () => {
  const file = path.join(tempFolder(), 'file');
  await writeFile(file, '');
  const inside = writeTextAtomically(path.join(file, 'a', 'b.txt'), 'text');
  await expect(inside).rejects.toThrow(UserError);
  await expect(inside).rejects.toThrow('a file stands where a folder is needed');
});

test.runIf(process.platform === 'linux')('ends where no folder can be made', async () => {
  const written = writeTextAtomically('/proc/atto/run/config.json', 'text');
  await expect(written).rejects.toThrow(UserError);
  await expect(written).rejects.toThrow("can't be written here; choose another folder with --out");
});
