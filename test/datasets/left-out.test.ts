import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDataset, verifySplits } from '../../src/datasets/check.js';
import type { CocoData } from '../../src/datasets/coco/layout.js';
import { openDataset } from '../../src/datasets/formats.js';
import { evaluationLoader } from '../../src/datasets/loading/loader.js';
import { UserError } from '../../src/errors.js';
import { writeCocoFolder } from '../support/coco-folder.js';

const size = { width: 12, height: 10 };
const categories = [{ id: 1, name: 'cat' }];
const polygon = [2, 2, 8, 2, 8, 8, 2, 8];
const annotation = { category_id: 1, bbox: [2, 2, 6, 6], segmentation: [polygon] };
const images = [1, 2, 3].map((id) => ({ id, file_name: `${id}.png`, ...size }));

function write(annotations: readonly object[]): Promise<CocoData> {
  const all = annotations.map((each, i) => ({ ...annotation, id: i + 1, image_id: i + 1, ...each }));
  return writeCocoFolder({ images, categories, annotations: all });
}

async function verify(data: CocoData) {
  const dataset = await openDataset(data, 'train');
  const result = await verifySplits({ splits: [{ name: 'train', dataset }], workers: 0 }, 1);
  return {
    dataset,
    ids: result?.ids,
    notices: result?.notices.filter((notice) => !/^The data has/.test(notice)),
  };
}

async function faultsIn(data: CocoData) {
  const { findings, summary } = await checkDataset(data, { splits: ['train'], workers: 0 });
  return {
    faults: findings.filter(({ severity }) => severity === 'fault').map(({ code }) => code),
    notices: summary[0].notices,
  };
}

describe('images that cannot be read', () => {
  it('are refused with the setting that leaves them out, and then left out and counted', async () => {
    const data = await write([{}, {}, {}]);
    truncateSync(path.join(data.root, 'images', '2.png'), 60);
    await expect(verify(data)).rejects.toThrow(
      /2\.png is not a readable image[\s\S]*data\.skipUnreadable=true/,
    );
    expect((await faultsIn(data)).faults).toEqual(['photo-unreadable']);

    const lenient = { ...data, skipUnreadable: true };
    const { ids, notices, dataset } = await verify(lenient);
    expect(ids).toEqual(['1', '3']);
    expect(notices).toEqual([expect.stringMatching(/images that can't be read, left out: 1 of 3 \(2\)\./)]);
    expect(await faultsIn(lenient)).toEqual({ faults: [], notices });

    const codes: string[] = [];
    const seen: string[] = [];
    const loader = evaluationLoader({ dataset, workers: 0, ahead: 1 }, (findings) =>
      codes.push(...findings.map(({ code }) => code)),
    );
    for await (const { id } of loader) seen.push(id);
    expect([seen, codes]).toEqual([['1', '3'], ['image-left-out']]);
    await expect(dataset.load('2')).rejects.toThrow(UserError);
  });
});

describe('objects without a usable mask', () => {
  it('are refused with the setting that leaves them out, and then are neither example nor background', async () => {
    const data = await write([{}, { segmentation: [] }, { segmentation: [[1, 1, 2]] }]);
    await expect(verify(data)).rejects.toThrow(/2 faults[\s\S]*annotation 2 [\s\S]*data\.skipMaskless=true/);

    const lenient = { ...data, skipMaskless: true };
    const { ids, notices, dataset } = await verify(lenient);
    expect(ids).toEqual(['1', '2', '3']);
    expect(notices).toEqual([expect.stringMatching(/objects without a usable mask, left out: 2\./)]);
    expect(await faultsIn(lenient)).toEqual({ faults: [], notices });
    const { instances, ignored } = await dataset.load('2');
    expect([instances, ignored.map(({ box }) => box)]).toEqual([[], [[2, 2, 8, 8]]]);
  });

  it('take their image with them where nothing says where they are', async () => {
    const data = await write([{}, { segmentation: [], bbox: undefined }, {}]);
    const { ids, notices } = await verify({ ...data, skipMaskless: true });
    expect(ids).toEqual(['1', '3']);
    expect(notices?.[1]).toMatch(/images whose objects have neither mask nor box, left out: 1 of 3 \(2\)\./);
  });
});

describe('objects that are flagged as crowds', () => {
  const counts = { size: [10, 12], counts: [22, 6, 4, 6, 4, 6, 72] };
  const crowd = { iscrowd: 1, segmentation: counts, bbox: [2, 2, 3, 6] };

  it('are refused by training and check alike where nothing else is there', async () => {
    const data = await write([crowd, crowd, crowd]);
    const message =
      /crowds of cat \(3\)\. .*ignored in training: 3 of 3\. Some tools flag single objects.*data\.crowds=objects/;
    await expect(verify(data)).rejects.toThrow(message);
    const { findings } = await checkDataset(data, { splits: ['train'], workers: 0 });
    expect(findings.map(({ code }) => code)).toEqual(['crowds-ignored', 'nothing-to-learn']);
    expect(findings[1].message).toMatch(message);
  });

  it('are counted where others are there, and are taken as objects by a setting', async () => {
    const data = await write([{}, crowd, crowd]);
    const ignored = await verify(data);
    expect(ignored.ids).toEqual(['1']);
    const whole = await faultsIn(data);
    expect(whole.notices).toEqual([expect.stringMatching(/ignored in training: 2 of 3\. Some tools/)]);
    expect(whole.faults).toEqual([]);

    const taken = await verify({ ...data, crowds: 'objects' });
    expect(taken.ids).toEqual(['1', '2', '3']);
    expect(taken.notices).toEqual([expect.stringMatching(/flagged as crowds, taken as objects .*: 2\./)]);
    const { instances } = await taken.dataset.load('2');
    expect(instances.map((each) => each.crowd)).toEqual([false]);
  });
});

describe('an annotation file', () => {
  it.each([
    ['without sizes', {}],
    ["with VIA's -1 for an unknown size", { width: -1, height: -1 }],
  ])('may leave sizes to the images: %s', async (_, size) => {
    const whole = await write([{}, {}, {}]);
    const { dataset } = await verify(whole);
    const { width, height, ...unsized } = images[0];
    expect([width, height]).toEqual([12, 10]);
    const annotations = [{ ...annotation, id: 1, image_id: 1 }];
    const data = await writeCocoFolder({ images: images.slice(0, 1), categories, annotations });
    writeFileSync(
      path.join(data.root, 'train.json'),
      JSON.stringify({ images: [{ ...unsized, ...size }], categories, annotations }),
    );
    const bare = await verify(data);
    expect(bare.ids).toEqual(['1']);
    expect((await bare.dataset.load('1')).instances).toEqual((await dataset.load('1')).instances);
    expect((await faultsIn(data)).faults).toEqual([]);
  });

  it.each([
    ['far from the corner', [6, 5, 10, 9]],
    ['near the upper left one', [2, 2, 8, 8]],
  ])('with corners for boxes is named as such: %s', async (_, corners) => {
    const [x1, y1, x2, y2] = corners;
    const object = { bbox: corners, segmentation: [[x1, y1, x2, y1, x2, y2, x1, y2]] };
    const data = await write([object, object, object]);
    await expect(verify(data)).rejects.toThrow(/1 fault [\s\S]*boxes seem to be corners.*3 of 3 fit/);
    expect((await faultsIn(data)).faults).toEqual(['boxes-are-corners']);
    const right = { ...object, bbox: [x1, y1, x2 - x1, y2 - y1] };
    expect((await faultsIn(await write([right, right, object]))).faults).not.toContain('boxes-are-corners');
  });

  it('gives the same findings in the same order, whatever the number of threads', async () => {
    const data = await write([{ segmentation: [] }, {}, { bbox: [2, 2, 40, 40] }]);
    for (const id of [1, 2]) truncateSync(path.join(data.root, 'images', `${id}.png`), 50 + id);
    const alone = await checkDataset(data, { workers: 0 });
    for (const workers of [1, 2, 3]) expect(await checkDataset(data, { workers })).toEqual(alone);
  });
});
