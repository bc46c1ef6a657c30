import { describe, expect, it } from 'vitest';
import { verifySplits } from '../../../src/datasets/check.js';
import { openDataset } from '../../../src/datasets/formats.js';
import { writeCocoFolder } from '../../support/coco-folder.js';

const size = { width: 12, height: 10 };
const categories = [{ id: 1, name: 'cat' }];

/** Images 1 to `count`, of which the first `annotated` have an object. */
function instances(annotated: number, count: number) {
  const images = Array.from({ length: count }, (_, i) => ({ id: i + 1, file_name: `${i + 1}.png`, ...size }));
  const annotations = images.slice(0, annotated).map(({ id }) => ({
    id,
    image_id: id,
    category_id: 1,
    bbox: [2, 2, 6, 6],
    segmentation: [[2, 2, 8, 2, 8, 8, 2, 8]],
  }));
  return { images, categories, annotations };
}

async function accepted(annotated: number, count: number, settings: object, { seed = 1, workers = 0 } = {}) {
  const data = { ...(await writeCocoFolder(instances(annotated, count))), ...settings };
  const dataset = await openDataset(data, 'train');
  const result = await verifySplits({ splits: [{ name: 'train', dataset }], workers }, seed);
  return {
    ids: result?.ids ?? [],
    notices: (result?.notices ?? []).filter((notice) => !/^The data has/.test(notice)),
  };
}

describe('images without objects', () => {
  it('are all trained on by default, which is said', async () => {
    const { ids, notices } = await accepted(2, 4, {});
    expect(ids).toEqual(['1', '2', '3', '4']);
    expect(notices).toEqual([
      expect.stringMatching(
        /images without objects, taken as background: 2 of 4 \(3, 4\)\. data\.emptyImages/,
      ),
    ]);
  });

  it.each([
    [0, 0],
    [0.1, 0],
    [0.2, 1],
    [0.5, 4],
    // As many as there are: 6 of 10.
    [0.6, 6],
    [1, 6],
  ])('make at most the share %f of the images that training takes', async (emptyImages, taken) => {
    const { ids, notices } = await accepted(4, 10, { emptyImages });
    expect(ids.slice(0, 4)).toEqual(['1', '2', '3', '4']);
    expect(ids).toHaveLength(4 + taken);
    expect([...ids].sort((a, b) => Number(a) - Number(b))).toEqual(ids);
    if (taken < 6) {
      expect(notices.at(-1)).toContain(`left out: ${6 - taken}, for data.emptyImages is ${emptyImages}.`);
    }
  });

  it('are chosen by the seed alone', async () => {
    const settings = { emptyImages: 0.5 };
    const first = await accepted(4, 20, settings);
    expect((await accepted(4, 20, settings, { workers: 2 })).ids).toEqual(first.ids);
    const others = await Promise.all([2, 3, 4].map((seed) => accepted(4, 20, settings, { seed })));
    expect(others.some(({ ids }) => ids.join() !== first.ids.join())).toBe(true);
  });

  it('alone teach nothing', async () => {
    const data = await writeCocoFolder(instances(0, 3));
    await expect(openDataset(data, 'train')).rejects.toThrow(
      'The annotations name, with their number of images: nothing.',
    );
  });
});
