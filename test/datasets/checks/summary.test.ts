import { describe, expect, it } from 'vitest';
import type { ImageFacts, ObjectFacts } from '../../../src/datasets/checks/facts.js';
import { percentiles, summarize } from '../../../src/datasets/checks/summary.js';
import { cocoFormat } from '../../../src/datasets/coco/format.js';

function object(className: string, area: number, more: Partial<ObjectFacts> = {}): ObjectFacts {
  return {
    name: className,
    file: 'a.png',
    key: 1,
    className,
    box: [0, 0, 1, 1],
    annotatedBox: undefined,
    area: undefined,
    mask: { area, extent: [0, 0, 1, 1] },
    outline: undefined,
    difficult: false,
    crowd: false,
    listed: true,
    ...more,
  };
}

function image(id: string, width: number, objects: readonly ObjectFacts[]): ImageFacts {
  return {
    id,
    imageId: id,
    file: 'a.png',
    name: 'a.png',
    image: {
      file: `${id}.jpg`,
      width,
      height: 100,
      orientation: 1,
      turned: false,
      assumed: false,
      damaged: false,
      dark: false,
      fingerprint: id,
    },
    objects,
    findings: [],
    own: undefined,
  };
}

const dataset = {
  source: 'train.txt',
  data: { format: 'coco', root: '' },
  format: cocoFormat,
  imagesFolder: 'images',
  classes: ['cat', 'dog'],
  names: ['cat', 'dog', 'cow'],
  ids: ['a', 'b', 'c'],
  notices: [],
  load: () => Promise.reject(new Error('not read here')),
};

describe('summarize', () => {
  it('counts examples by class and by size, and everything else for itself', () => {
    const images = [
      image('a', 200, [
        object('cat', 32 ** 2),
        object('cat', 32 ** 2 + 1, { difficult: true }),
        // The annotated area counts.
        object('cat', 5, { area: 96 ** 2 + 1 }),
        object('cow', 50),
        object('cat', 70, { crowd: true }),
      ]),
      image('b', 300, [object('cat', 96 ** 2), object('dog', 0), object('dog', 9, { mask: undefined })]),
      image('c', 400, []),
    ];
    expect(summarize({ name: 'train', dataset, images }, 1)).toEqual({
      split: 'train',
      images: 3,
      imagesWithoutExamples: 1,
      examples: 4,
      difficult: 1,
      crowds: 1,
      ignored: 1,
      classes: [
        { name: 'cat', examples: 4, images: 2 },
        { name: 'dog', examples: 0, images: 0 },
      ],
      sizes: { small: 1, medium: 2, large: 1 },
      exampleSides: expect.objectContaining({
        min: 32,
        median: Math.sqrt(32 ** 2 + 1),
        max: Math.sqrt(96 ** 2 + 1),
      }),
      imageWidths: expect.objectContaining({ min: 200, median: 300, max: 400 }),
      imageHeights: expect.objectContaining({ min: 100, max: 100 }),
      notices: [
        'train.txt: objects annotated without a mask, left out: 1.',
        "train.txt: objects of classes that data.classes doesn't name, ignored: 1.",
        expect.stringMatching(/^train\.txt: objects flagged as crowds .*: 1 of 7\. .*data\.crowds=objects/),
        'train.txt: objects without a pixel, left out: 1.',
        'train.txt: images without objects, taken as background: 1 of 3 (c). data.emptyImages limits their share.',
      ],
    });
  });
});

describe('percentiles', () => {
  it('are numbers of the list, by the nearest rank', () => {
    const values = Array.from({ length: 20 }, (_, i) => 20 - i);
    expect(percentiles(values)).toEqual({ min: 1, p10: 2, p25: 5, median: 10, p75: 15, p90: 18, max: 20 });
    expect(percentiles([7])).toEqual({ min: 7, p10: 7, p25: 7, median: 7, p75: 7, p90: 7, max: 7 });
    expect(percentiles([])).toBeNull();
  });
});
