// cspell:ignore tarin
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openLabeledSplit, resolveClasses } from '../../../src/datasets/formats.js';
import type { ImageFolderData } from '../../../src/datasets/image-folder/listing.js';
import { UserError } from '../../../src/errors.js';
import { writePictures } from '../../support/image-folder.js';
import { tempFolder } from '../../support/temp-folder.js';

// cspell:ignore tarin

let root: string;
beforeEach(() => {
  root = tempFolder();
});

const data = (more: Partial<ImageFolderData> = {}): ImageFolderData => ({
  format: 'image-folder',
  root,
  train: 'train',
  val: 'val',
  skipUnreadable: false,
  ...more,
});

/** Opens a split as the commands do. */
async function open(split: 'train' | 'val', more: Partial<ImageFolderData> = {}) {
  return openLabeledSplit(await resolveClasses(data(more)), split);
}

async function refusal(opening: Promise<unknown>): Promise<string> {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error instanceof Error ? error.message : '';
}

describe('folders named by class', () => {
  it('give classes and files by name, in subfolders too, without what is hidden or no image', async () => {
    await writePictures(root, [
      'train/dog/2.png',
      'train/dog/1.PNG',
      'train/cat/deep/er/3.jpg',
      'train/.git/x.png',
      'train/dog/.ipynb_checkpoints/2-checkpoint.png',
      'train/dog/._2.png',
    ]);
    await writeFile(path.join(root, 'train', 'dog', 'notes.txt'), '');
    await writeFile(path.join(root, 'train', 'labels.csv'), '');
    const { classes, files, source, notices } = await open('train');
    expect(classes).toEqual(['cat', 'dog']);
    expect(files).toEqual([
      { file: 'train/cat/deep/er/3.jpg', label: 0 },
      { file: 'train/dog/1.PNG', label: 1 },
      { file: 'train/dog/2.png', label: 1 },
    ]);
    expect(source).toBe(path.join(root, 'train'));
    expect(notices).toEqual([]);
  });

  it('may lie elsewhere', async () => {
    await writePictures(root, ['a/cat/1.png', 'b/cat/2.png']);
    const elsewhere = { train: path.join(root, 'a'), val: 'b' };
    expect((await open('train', elsewhere)).files).toEqual([{ file: 'a/cat/1.png', label: 0 }]);
    expect((await open('val', elsewhere)).files).toEqual([{ file: 'b/cat/2.png', label: 0 }]);
  });

  it('keep the order of data.classes, and leave others out with a notice', async () => {
    await writePictures(root, ['train/dog/1.png', 'train/cat/1.png', 'train/emu/1.png']);
    const { classes, files, notices } = await open('train', { classes: ['emu', 'cat'] });
    expect(classes).toEqual(['emu', 'cat']);
    expect(files.map(({ file, label }) => [file, label])).toEqual([
      ['train/emu/1.png', 0],
      ['train/cat/1.png', 1],
    ]);
    expect(notices).toEqual([
      `${path.join(root, 'train')}: the images of dog are left out, for data.classes doesn't name them.`,
    ]);
  });

  it('are refused where one has no images', async () => {
    await writePictures(root, ['train/cat/1.png']);
    await mkdir(path.join(root, 'train', 'dog'));
    await mkdir(path.join(root, 'train', 'emu'));
    expect(await refusal(open('train'))).toMatch(
      /train: no images \(jpg, .*\) in the folders of dog, emu\. Put/,
    );
  });

  it('are refused where there are none', async () => {
    await writePictures(root, ['train/1.png']);
    expect(await refusal(open('train'))).toContain(
      'train has no folders. Images lie in a folder for each class',
    );
    expect(await refusal(open('train', { train: 'tarin' }))).toMatch(
      /^There is no folder or list .*tarin\. Set data\.root .* and data\.train to the one/,
    );
  });

  it('are refused where a class of data.classes is missing', async () => {
    await writePictures(root, ['train/cat/1.png', 'train/dog/1.png']);
    expect(await refusal(open('train', { classes: ['cat', 'dgo'] }))).toContain(
      'has no images of dgo, which data.classes names; did you mean "dog"?',
    );
  });

  it('are refused where the splits have different classes, which are named', async () => {
    await writePictures(root, ['train/cat/1.png', 'train/dog/1.png', 'val/cat/1.png', 'val/emu/1.png']);
    const message = await refusal(open('train'));
    expect(message).toContain('have different classes: only train has dog; only val has emu. Mend');
    expect((await open('val', { classes: ['cat'] })).files).toHaveLength(1);
  });
});

describe('lists', () => {
  const list = async (text: string) => {
    await writePictures(root, ['a.png', 'my photos/b.png']);
    await writeFile(path.join(root, 'train.txt'), text);
    return open('train', { train: 'train.txt' });
  };

  it('have a path and a class a line; behind a tab a class may have spaces', async () => {
    const { classes, files } = await list('my photos/b.png emu\n\na.png\tsea eagle\r\n  c.png   emu  \n');
    expect(classes).toEqual(['emu', 'sea eagle']);
    expect(files).toEqual([
      { file: 'my photos/b.png', label: 0 },
      { file: 'c.png', label: 0 },
      { file: 'a.png', label: 1 },
    ]);
  });

  it('are refused with the line that has no class, or without lines', async () => {
    expect(await refusal(list('a.png cat\nb.png\n'))).toContain(
      'train.txt, line 2: "b.png" is not a path and a class',
    );
    expect(await refusal(list('\n'))).toContain('train.txt has no lines');
  });
});

it('generated shapes are one a picture, in folders named by it', async () => {
  const folder = path.join(root, 'shapes');
  const shapes = {
    format: 'shapes',
    root: folder,
    seed: 1,
    trainImages: 6,
    valImages: 5,
    minSide: 32,
    maxSide: 40,
  } as const;
  const { classes, files } = await openLabeledSplit(shapes, 'train');
  expect(classes).toEqual(['circle', 'square', 'triangle', 'star', 'ring']);
  expect(files.map(({ label }) => label)).toEqual([0, 0, 1, 2, 3, 4]);
  expect((await openLabeledSplit(shapes, 'val')).files).toHaveLength(5);
  // The same settings with several shapes a picture are other data.
  const { openDataset } = await import('../../../src/datasets/formats.js');
  expect(await refusal(openDataset(shapes, 'train'))).toContain('layout image-folder instead of voc');
});
