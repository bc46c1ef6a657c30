import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { maskIou, mergeMasks } from '../../src/geometry/mask-overlap.js';
import { polygonsMask } from '../../src/geometry/polygons.js';
import { compressCounts, decompressMask } from '../../src/geometry/rle-string.js';
import {
  decodeMask,
  encodeMask,
  maskArea,
  maskExtent,
  maskFromCounts,
} from '../../src/geometry/run-length-mask.js';

/** What pycocotools says of masks, every other one of which is a crowd. Made by scripts/golden/masks.py. */
interface Facts {
  readonly height: number;
  readonly width: number;
  readonly masks: string[];
  readonly areas: number[];
  readonly boxes: number[][];
  readonly ious: number[][];
  readonly union: string;
  readonly intersection: string;
}

const golden: {
  readonly polygons: readonly (Facts & { readonly polygons: number[][] })[];
  readonly bitmaps: readonly (Facts & { readonly counts: number[][] })[];
} = JSON.parse(readFileSync(new URL('./masks.json', import.meta.url), 'utf8'));

describe('polygons', () => {
  it('cover the pixels that pycocotools gives them', () => {
    for (const { polygons, height, width, masks, union } of golden.polygons) {
      const drawn = polygons.map((points) => compressCounts(polygonsMask([points], height, width).counts));
      expect(drawn).toEqual(masks);
      expect(compressCounts(polygonsMask(polygons, height, width).counts)).toBe(union);
    }
  });
});

describe('run-length masks', () => {
  it('are written and read as pycocotools does', () => {
    for (const { counts, height, width, masks } of golden.bitmaps) {
      const read = masks.map((text) => decompressMask(text, height, width));
      expect(read.map((mask) => [...mask.counts])).toEqual(counts);
      expect(read.map((mask) => compressCounts(mask.counts))).toEqual(masks);
      expect(counts.map((runs) => maskFromCounts(runs, height, width))).toEqual(read);
      expect(read.map((mask) => encodeMask(decodeMask(mask), height, width))).toEqual(read);
    }
  });

  it('have the area, box, overlaps, union and intersection that pycocotools gives them', () => {
    for (const facts of [...golden.polygons, ...golden.bitmaps]) {
      const masks = facts.masks.map((text) => decompressMask(text, facts.height, facts.width));
      expect(masks.map(maskArea)).toEqual(facts.areas);
      const extents = masks.map(maskExtent);
      expect(extents.map(([x1, y1, x2, y2]) => [x1, y1, x2 - x1, y2 - y1])).toEqual(facts.boxes);
      const ious = masks.map((mask) => masks.map((truth, i) => maskIou(mask, truth, i % 2 === 1)));
      expect(ious).toEqual(facts.ious);
      expect(compressCounts(mergeMasks(masks).counts)).toBe(facts.union);
      expect(compressCounts(mergeMasks(masks, 'intersection').counts)).toBe(facts.intersection);
    }
  });
});
