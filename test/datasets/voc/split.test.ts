import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSplit } from '../../../src/datasets/voc/split.js';
import { UserError } from '../../../src/errors.js';
import { tempFolder } from '../../support/temp-folder.js';

function listOf(text: string): string {
  const file = path.join(tempFolder(), 'train.txt');
  writeFileSync(file, text);
  return file;
}

describe('readSplit', () => {
  it.each([
    ['plain', 'a\nb\n', ['a', 'b']],
    ["Windows' line ends, blanks and empty lines", '\ufeffa \r\n\r\n  b\t\r\n\r\n', ['a', 'b']],
    [
      'a second column',
      '2007_000001  1\n2007_000002 -1\n2007_000003  0\n',
      ['2007_000001', '2007_000002', '2007_000003'],
    ],
    ['names that end in numbers', 'img 1\nimg 12\n', ['img 1', 'img 12']],
  ])('reads %s', async (_, text, ids) => {
    expect(await readSplit(listOf(text))).toEqual(ids);
  });

  it('names the ids that are listed twice', async () => {
    await expect(readSplit(listOf('a\nb\na\nc\nb\na\n'))).rejects.toThrow(/more than once: a, b\. /);
  });

  it('refuses an empty list', async () => {
    await expect(readSplit(listOf('\n\n'))).rejects.toThrow('is empty');
  });

  it('says which splits there are instead of a missing one', async () => {
    const folder = path.dirname(listOf('a\n'));
    writeFileSync(path.join(folder, 'minival.txt'), 'a\n');
    const reading = readSplit(path.join(folder, 'val.txt'));
    await expect(reading).rejects.toThrow(UserError);
    await expect(reading).rejects.toThrow(/no split "val".*The splits there are: minival, train\./);
    await expect(readSplit(path.join(tempFolder(), 'val.txt'))).rejects.toThrow('Make that text file');
  });
});
