import { describe, expect, it } from 'vitest';
import { verifySplits } from '../../src/datasets/check.js';
import { openDataset } from '../../src/datasets/formats.js';
import { UserError } from '../../src/errors.js';
import { annotationText, type VocImage, writeVocFolder } from '../support/voc-folder.js';

const image = { objects: ['110', '110'], annotation: annotationText('cat') };

async function openTrain(images: Readonly<Record<string, VocImage>>) {
  const { data } = await writeVocFolder(images);
  const cats = { ...data, classes: ['cat'], maskClasses: ['cat', 'dog'] };
  const dataset = await openDataset(cats, 'train');
  return { dataset, splits: [{ name: 'train' as const, dataset }] };
}

describe('verifySplits', () => {
  it('reads every image once, says how far it is, and counts what training can live with', async () => {
    const { splits } = await openTrain({ a: image, b: image, c: image });
    const progress: [number, number][] = [];
    const onProgress = (done: number, total: number) => progress.push([done, total]);
    const accepted = await verifySplits({ splits, workers: 1, onProgress }, 1);
    expect(progress).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    // Three cats are few.
    expect(accepted).toEqual({
      ids: ['a', 'b', 'c'],
      notices: ['The data has 1 warning that training can live with; atto check <config> shows them.'],
    });
    const many = Object.fromEntries([...'abcdefghij'].map((id) => [id, image]));
    expect(await verifySplits({ ...(await openTrain(many)), workers: 0 }, 1)).toEqual({
      ids: [...'abcdefghij'],
      notices: [],
    });
  });

  it('collects the faults of all images, and writes out ten', async () => {
    const { dataset } = await openTrain({ a: image, b: { objects: ['000'] }, c: { objects: ['00v'] } });
    const missing = Array.from({ length: 10 }, (_, i) => `missing${i}`);
    const verifying = (ids: readonly string[], name: 'train' | 'val') =>
      verifySplits({ splits: [{ name, dataset: { ...dataset, ids } }], workers: 0 }, 1);
    const error: unknown = await verifying(['b', 'a', 'c', ...missing], 'train').catch((thrown) => thrown);
    expect.assert(error instanceof UserError);
    const lines = error.message.split('\n');
    expect(lines).toHaveLength(11 + 2);
    // Of the missing images both the image and the mask.
    expect(lines[0]).toBe("The data has 20 faults that training can't work with:");
    expect(lines[1]).toMatch(/missing0\.jpg is missing/);
    expect(lines[11]).toBe('… and 10 more; atto check <config> lists them all');
    expect(lines[12]).toBe("data.skipUnreadable=true leaves out images that can't be read, and counts them.");
    expect((await verifying(['b', 'a'], 'val'))?.notices).toEqual([expect.stringMatching(/ 1 warning /)]);
  });

  it('ends when it is told to', async () => {
    const { splits } = await openTrain({ a: image, b: { objects: ['000'] } });
    const signal = AbortSignal.abort();
    expect(await verifySplits({ splits, workers: 0, signal }, 1)).toBeUndefined();
  });
});
