import { describe, expect, it } from 'vitest';
import { packPolygons, unpackPolygons } from '../../../src/datasets/coco/packed-polygons.js';

describe('packPolygons', () => {
  it('gives every hundredth back to the last bit, in a fraction of the memory', () => {
    const hundredths = Array.from({ length: 100_000 }, (_, i) => (7919 * i) % 2_000_003);
    const polygons = [
      hundredths.map((value) => value / 100),
      [0, -0.01, 1e6, -1e6, 639.99, 0.07],
      [1.1, 2.2, 3.3, 4.4, 5.5, 6.6],
    ];
    const packed = packPolygons(polygons);
    expect(unpackPolygons(packed)).toEqual(polygons);
    // Numbers in a list have eight bytes each.
    expect(Buffer.byteLength(Object.values(Object(packed)).join(''), 'latin1')).toBeLessThan(
      3.5 * hundredths.length,
    );
    expect(unpackPolygons(structuredClone(packed))).toEqual(polygons);
  });

  it.each<[string, unknown]>([
    ['finer coordinates', [[1.001, 2, 3, 4, 5, 6]]],
    ['coordinates far away', [[1e9, 2, 3, 4, 5, 6]]],
    ['numbers that are none', [[Number.NaN, 2, 3, 4, 5, 6]]],
    ['texts', [['1', 2, 3, 4, 5, 6]]],
    [
      'pairs',
      [
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      ],
    ],
    ['a flat list', [1, 2, 3, 4, 5, 6]],
    ['nothing', []],
    ['an empty polygon', [[]]],
    ['run lengths', { size: [2, 3], counts: [1, 5] }],
    ['a text', 'abc'],
    ['null', null],
  ])('leaves %s as it is', (_, segmentation) => {
    expect(packPolygons(segmentation)).toBe(segmentation);
    expect(unpackPolygons(segmentation)).toBe(segmentation);
  });

  it("takes nothing of a file's own for packed", () => {
    expect(unpackPolygons(packPolygons({ hundredths: '\x85' }))).toEqual({ hundredths: undefined });
  });
});
