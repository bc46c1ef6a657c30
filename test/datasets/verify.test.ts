import { describe, expect, it } from 'vitest';
import { verifyDataset } from '../../src/datasets/verify.js';
import { UserError } from '../../src/errors.js';
import { annotationText, writeVocFolder } from '../support/voc-folder.js';

const image = { objects: ['110', '100'], annotation: annotationText('cat') };

describe('verifyDataset', () => {
  it('reads every sample once and says how far it is', async () => {
    const { data } = await writeVocFolder({ a: image, b: image, c: image });
    const progress: [number, number][] = [];
    const ids = ['a', 'b', 'c'];
    const onProgress = (done: number, total: number) => progress.push([done, total]);
    await verifyDataset({ data, ids, purpose: 'training', workers: 1, ahead: 2, onProgress });
    expect(progress).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  it('collects the faults of all samples, and writes out ten', async () => {
    const empty = { objects: ['000'] };
    const { data } = await writeVocFolder({ a: image, b: empty, c: empty });
    const missing = Array.from({ length: 10 }, (_, i) => `missing${i}`);
    const options = { data, workers: 0, ahead: 4 };
    const verifying = verifyDataset({ ...options, ids: ['b', 'a', 'c', ...missing], purpose: 'training' });
    const error: unknown = await verifying.catch((thrown: unknown) => thrown);
    expect.assert(error instanceof UserError);
    const lines = error.message.split('\n');
    expect(lines).toHaveLength(12);
    expect(lines[0]).toBe("12 of 13 images can't be used:");
    expect(lines[1]).toMatch(/^- .*b\.png has no object/);
    expect(lines[2]).toMatch(/^- .*c\.png has no object/);
    expect(lines[10]).toMatch(/missing7\.jpg is missing/);
    expect(lines[11]).toBe('… and 2 more');
    await expect(
      verifyDataset({ ...options, ids: ['b', 'a'], purpose: 'evaluation' }),
    ).resolves.toBeUndefined();
  });
});
