import { describe, expect, it, test } from 'vitest';
import { parseClassNames, parseGroundTruth } from '../../../src/datasets/coco/ground-truth.js';
import { finderOf, stemOf } from '../../../src/datasets/coco/identifiers.js';
import { resolveRegion } from '../../../src/datasets/coco/region.js';
import { parseResults, type ResultsContext } from '../../../src/datasets/coco/results.js';
import {
  decodeSegmentation,
  encodeSegmentation,
  polygonsOf,
} from '../../../src/datasets/coco/segmentation.js';
import { decodeMask, encodeMask, maskArea } from '../../../src/geometry/run-length-mask.js';

const size = { height: 4, width: 5 };
const image = { id: 7, file_name: 'photos/cat.jpg', ...size };
const category = { id: 3, name: 'cat' };
const annotation = { id: 1, image_id: 7, category_id: 3, bbox: [1, 1, 2, 2], iscrowd: 0 };

const parse = (changes: object) =>
  parseGroundTruth(
    { images: [image], categories: [category], annotations: [annotation], ...changes },
    'truth.json',
  );

describe('parseGroundTruth', () => {
  it('reads images and categories by rising id, annotations by image', () => {
    const truth = parse({
      images: [{ ...image, id: 10 }, { ...image, id: 9 }, image],
      categories: [{ id: 5, name: 'dog' }, category],
      annotations: [
        { ...annotation, segmentation: [[1, 1, 3, 1, 3, 3]], area: 2.5 },
        { ...annotation, id: 2, category_id: 5, iscrowd: 1, ignore: 1, segmentation: [] },
        { ...annotation, id: 3, image_id: 10 },
      ],
    });
    expect(truth.images.map(({ id }) => id)).toEqual([7, 9, 10]);
    expect(truth.categories.map(({ name }) => name)).toEqual(['cat', 'dog']);
    expect(truth.annotations.map((list) => list.map(({ id }) => id))).toEqual([[1, 2], [], [3]]);
    expect(truth.annotations[0][0]).toEqual({
      id: 1,
      label: 0,
      box: [1, 1, 2, 2],
      area: 2.5,
      crowd: false,
      difficult: false,
      segmentation: [[1, 1, 3, 1, 3, 3]],
    });
    expect(truth.annotations[0][1]).toMatchObject({ label: 1, crowd: true, difficult: true });
    expect(truth.annotations[0][1].segmentation).toBeUndefined();
  });

  it.each([
    [{ images: undefined }, 'truth.json has no list "images"'],
    [{ annotations: [null] }, 'truth.json: annotations[0] is null, not an object'],
    [
      { images: [{ ...image, height: 0 }] },
      'image 0 (id 7) has the height 0; a whole number from 1 is needed',
    ],
    [{ images: [image, image] }, 'truth.json: image 7 is there twice'],
    [
      {
        categories: [category, { ...category, id: 4 }],
        annotations: [annotation, { ...annotation, id: 2, category_id: 4 }],
      },
      'two categories are named "cat"',
    ],
    [{ annotations: [annotation, annotation] }, 'truth.json: annotation 1 is there twice'],
    [{ annotations: [{ ...annotation, image_id: '7' }] }, 'unknown image "7"; there is 7'],
    [{ annotations: [{ ...annotation, category_id: 8 }] }, 'annotation 1 has the unknown category 8'],
    [{ annotations: [{ ...annotation, id: undefined }] }, 'annotation 0 of the list has the id missing'],
    [{ annotations: [{ ...annotation, bbox: [1, 1, 2] }] }, 'annotation 1 has the bbox [1,1,2]'],
    [{ annotations: [{ ...annotation, bbox: [1, 1, -2, 2] }] }, 'annotation 1 has a bbox of negative size'],
    [{ annotations: [{ ...annotation, area: 'big' }] }, 'annotation 1 has the area "big"'],
    [{ annotations: [{ ...annotation, iscrowd: 2 }] }, 'annotation 1 has the iscrowd 2; 0 or 1 is needed'],
  ])('refuses %j', (changes, message) => {
    expect(() => parse(changes)).toThrow(message);
  });
});

test('annotations of images that are not listed are left out and counted', () => {
  const { annotations, notices } = parse({
    annotations: [annotation, { ...annotation, id: 2, image_id: 8 }],
  });
  expect(annotations.map((own) => own.map(({ id }) => id))).toEqual([[1]]);
  expect(notices).toEqual(["truth.json: annotations of images that it doesn't list, left out: 1."]);
});

describe('parseClassNames', () => {
  const root = { id: 0, name: 'cat', supercategory: 'none' };
  const cat = { ...category, supercategory: 'cat' };
  const classes = (categories: readonly object[], ...annotated: readonly number[]) =>
    parseClassNames(
      { categories, annotations: annotated.map((category_id, id) => ({ ...annotation, id, category_id })) },
      'truth.json',
    );

  it('leaves out what others name as their supercategory, unless it has annotations', () => {
    const dog = { id: 4, name: 'dog', supercategory: 'animals' };
    expect(classes([root, cat, dog], 3)).toEqual(['cat', 'dog']);
    expect(classes([{ ...root, name: 'animals' }, cat, dog], 3)).toEqual(['cat', 'dog']);
    expect(classes([{ ...root, name: 'animals' }, cat, dog], 0, 3)).toEqual(['animals', 'cat', 'dog']);
    // In COCO, person is its own supercategory.
    expect(classes([{ id: 1, name: 'person', supercategory: 'person' }, cat], 3)).toEqual(['person', 'cat']);
  });

  it('refuses a name of two categories only where both have annotations', () => {
    expect(() => classes([root, cat], 0, 3)).toThrow('two categories are named "cat"');
    expect(classes([{ ...root, supercategory: 'x' }, cat], 3)).toEqual(['cat']);
  });
});

describe('decodeSegmentation', () => {
  const bitmap = Uint8Array.from([0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
  const mask = encodeMask(bitmap, size.height, size.width);
  const compressed = encodeSegmentation(mask);

  it('reads what other tools write: a flat list, points as pairs, counts in a list', () => {
    const square = [1, 1, 3, 1, 3, 3, 1, 3];
    const pairs = [0, 2, 4, 6].map((i) => square.slice(i, i + 2));
    const upper = { size: [4, 5], counts: [5, 1, 3, 1, 10] };
    const lower = { size: [4, 5], counts: [6, 1, 3, 1, 9] };
    for (const form of [square, pairs, [pairs], [upper, lower]]) {
      expect([...decodeSegmentation(form, 4, 5).counts]).toEqual([...mask.counts]);
    }
  });

  it('leaves out polygons of fewer than three points beside others, as pycocotools finds nothing in them', () => {
    const square = [1, 1, 3, 1, 3, 3, 1, 3];
    for (const sliver of [[4, 2, 4, 2], [0, 0], []]) {
      const form = [sliver, square];
      expect([...decodeSegmentation(form, 4, 5).counts]).toEqual([...mask.counts]);
      expect(polygonsOf(form)).toEqual({ polygons: [square], slivers: 1 });
    }
    expect(() => decodeSegmentation([[4, 2, 4, 2]], 4, 5)).toThrow('at least three points');
    expect(() => decodeSegmentation([square, [...square, 7]], 4, 5)).toThrow('polygon 1 of its segmentation');
  });

  it('reads polygons and both kinds of counts', () => {
    expect(compressed.size).toEqual([4, 5]);
    const forms = [compressed, { size: [4, 5], counts: [5, 2, 2, 2, 9] }, [[1, 1, 3, 1, 3, 3, 1, 3]]];
    for (const form of forms) {
      expect(decodeMask(decodeSegmentation(form, 4, 5))).toEqual(bitmap);
    }
  });

  it('joins runs that an empty run parts', () => {
    const counts = [5, 1, 0, 1, 2, 2, 0, 0, 9, 0];
    expect(decodeSegmentation({ size: [4, 5], counts }, 4, 5)).toEqual(mask);
    expect(decodeSegmentation({ size: [4, 5], counts: [0, 0, 20] }, 4, 5).counts).toEqual(Uint32Array.of(20));
    expect(maskArea(decodeSegmentation({ size: [4, 5], counts: [0, 20] }, 4, 5))).toBe(20);
  });

  it.each([
    [
      { size: [5, 4], counts: compressed.counts },
      'its mask is 5×4, but the image is 4×5 (size is [height, width])',
    ],
    [{ size: [4, 6], counts: compressed.counts }, 'its mask is 4×6, but the image is 4×5'],
    [{ size: [4, 5], counts: '5~' }, 'character 1 of the compressed mask is "~"'],
    [{ size: [4, 5], counts: '5 2' }, 'character 1 of the compressed mask is " "'],
    [{ size: [4, 5], counts: '52Q' }, 'cut off in the middle of a run'],
    [{ size: [4, 5], counts: '52' }, 'the runs of the mask add up to 7 pixels, but a 4×5 image has 20'],
    [{ size: [4, 5], counts: '' }, 'add up to 0 pixels'],
    [{ size: [4, 5], counts: 'O' }, 'run 0 of the compressed mask has the length -1'],
    [{ size: [4, 5], counts: [5, -2, 17] }, 'run 1 of the mask is -2'],
    [{ size: [4, 5], counts: [5, 2.5, 12.5] }, 'run 1 of the mask is 2.5'],
    [{ size: [4, 5], counts: [5, 'x'] }, 'run 1 of the mask is x'],
    [{ size: [4, 5] }, 'the counts of its segmentation are missing'],
    [{ counts: [20] }, 'the size of its segmentation is missing'],
    [[[1, 1, 3, 3]], 'polygon 0 of its segmentation is [1,1,3,3]; at least three points'],
    [[[1, 1, 3, 1, 3, 3, 1]], 'at least three points'],
    [[[1, 1, 3, 1, 3, null]], 'polygon 0 of its segmentation has the coordinate null'],
    ['5223', 'its segmentation is "5223"'],
  ])('refuses %j', (segmentation, message) => {
    expect(() => decodeSegmentation(segmentation, 4, 5)).toThrow(message);
  });
});

describe('resolveRegion', () => {
  const segmentation = [[1, 1, 3, 1, 3, 3, 1, 3]];

  it('takes box and area from the mask where the file has none', () => {
    const region = { box: undefined, area: undefined, segmentation };
    expect(resolveRegion(region, size, true, 'it')).toMatchObject({ box: [1, 1, 2, 2], area: 4 });
    expect(resolveRegion(region, size, false, 'it')).toEqual({ box: [1, 1, 2, 2], area: 4, mask: undefined });
  });

  it('keeps those of the file', () => {
    const region = { box: [0, 0, 5, 4] as const, area: 13, segmentation };
    expect(resolveRegion(region, size, true, 'it')).toMatchObject({ box: [0, 0, 5, 4], area: 13 });
    const boxOnly = { box: [0, 0, 5, 3] as const, area: undefined, segmentation: undefined };
    expect(resolveRegion(boxOnly, size, true, 'it')).toEqual({
      box: [0, 0, 5, 3],
      area: 15,
      mask: undefined,
    });
  });

  it('says whose region is damaged', () => {
    const nothing = { box: undefined, area: undefined, segmentation: undefined };
    expect(() => resolveRegion(nothing, size, true, 'annotation 3')).toThrow('annotation 3 has neither bbox');
    const wrong = { ...nothing, segmentation: { size: [1, 1], counts: '1' } };
    expect(() => resolveRegion(wrong, size, true, 'annotation 3')).toThrow('annotation 3: its mask is 1×1');
  });
});

describe('finderOf', () => {
  const find = finderOf([
    { id: 139, names: [stemOf('val/000000000139.jpg')] },
    { id: 1, names: ['2'] },
    { id: 2, names: ['street'] },
    { id: '2007_000032', names: [] },
  ]);

  it('finds ids and names however they are written', () => {
    expect([139, '139', '000000000139'].map(find)).toEqual([0, 0, 0]);
    expect([1, '1', 'street', '2007_000032'].map(find)).toEqual([1, 1, 2, 3]);
    expect([3, 'lane', '2007_32'].map(find)).toEqual([undefined, undefined, undefined]);
  });

  it('takes an id for itself, but no text that could be two things', () => {
    expect(find(2)).toBe(2);
    expect(find('2')).toBeUndefined();
  });
});

describe('parseResults', () => {
  const context: ResultsContext = {
    name: 'results.json',
    groundTruth: 'truth.json',
    images: 2,
    findImage: finderOf([
      { id: 7, names: ['cat'] },
      { id: 8, names: [] },
    ]),
    findCategory: finderOf([
      { id: 3, names: [] },
      { id: 5, names: [] },
    ]),
    classes: ['cat', 'dog'],
  };
  const result = { image_id: 7, category_id: 3, bbox: [1, 1, 2, 2], score: 0.5 };

  it('sorts detections by image and keeps their place in the file', () => {
    const results = parseResults(
      [{ ...result, image_id: '8' }, result, { ...result, category_id: '5', image_id: 'cat' }],
      context,
    );
    expect(results.map((list) => list.map(({ position }) => position))).toEqual([[1, 2], [0]]);
    expect(results[0][1]).toEqual({
      label: 1,
      score: 0.5,
      position: 2,
      box: [1, 1, 2, 2],
      area: 4,
      segmentation: undefined,
    });
    expect(parseResults([], context)).toEqual([[], []]);
  });

  it('lets the name of a category decide', () => {
    const [[detection]] = parseResults([{ ...result, category_id: 1, category: 'dog' }], context);
    expect(detection.label).toBe(1);
  });

  it.each([
    [{}, "results.json isn't in COCO's results format"],
    [[7], 'results.json[0] is 7, not an object'],
    [[{ ...result, image_id: 9 }], "detection 0 is for image 9, which truth.json doesn't have"],
    [[{ ...result, category_id: 4 }], "has the category 4, which truth.json doesn't have; it has cat, dog"],
    [[{ ...result, category: 'cow' }], 'detection 0 has the category "cow"'],
    [[result, { ...result, score: Number.NaN }], 'detection 1 has the score NaN; a finite number is needed'],
    [[{ ...result, score: '0.5' }], 'has the score "0.5"'],
    [[{ ...result, score: undefined }], 'has the score missing'],
    [[{ ...result, bbox: [3, 3, -1, 2] }], 'detection 0 has a bbox of negative size, [3,3,-1,2]'],
    [[{ ...result, bbox: [3, 3, Number.NaN, 2] }], 'detection 0 has the bbox [3,3,"NaN",2]'],
  ])('refuses %j', (content, message) => {
    expect(() => parseResults(content, context)).toThrow(message);
  });
});
