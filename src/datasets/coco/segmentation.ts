import { UserError } from '../../errors.js';
import type { Box } from '../../geometry/boxes.js';
import { mergeMasks } from '../../geometry/mask-overlap.js';
import { polygonsMask } from '../../geometry/polygons.js';
import { compressCounts, decompressMask } from '../../geometry/rle-string.js';
import { maskFromCounts, type RunLengthMask } from '../../geometry/run-length-mask.js';
import { isFields, show } from './fields.js';
import { unpackPolygons } from './packed-polygons.js';

/** A mask as COCO's results hold it: its size and compressed counts. */
export interface CompressedMask {
  readonly size: readonly [height: number, width: number];
  readonly counts: string;
}

/** A mask in COCO's results format. */
export function encodeSegmentation({ height, width, counts }: RunLengthMask): CompressedMask {
  return { size: [height, width], counts: compressCounts(counts) };
}

/** Points farther away than this are a mistake; nobody annotates images that large. */
const farthest = 1e6;

/**
 * The mask of an object's `segmentation` in any of COCO's forms: polygons, compressed counts or plain counts; and in
 * those that other tools write: a single polygon without a list around it, points as pairs, and counts in a list, of
 * which each is a part of the object.
 *
 * @param height of the image; the mask must be as large
 * @throws UserError, which doesn't say whose segmentation it is
 */
export function decodeSegmentation(stored: unknown, height: number, width: number): RunLengthMask {
  const segmentation = unpackPolygons(stored);
  if (Array.isArray(segmentation)) {
    if (segmentation.every(isFields)) {
      return mergeMasks(segmentation.map((part) => decodeSegmentation(part, height, width)));
    }
    return polygonsMask(readPolygons(segmentation).polygons, height, width);
  }
  if (!isFields(segmentation)) {
    throw new UserError(`its segmentation is ${show(segmentation)}; polygons or {size, counts} are needed`);
  }
  const { size, counts } = segmentation;
  if (!Array.isArray(size) || size.length !== 2) {
    throw new UserError(`the size of its segmentation is ${show(size)}; [height, width] is needed`);
  }
  if (size[0] !== height || size[1] !== width) {
    const turned = size[0] === width && size[1] === height ? ' (size is [height, width])' : '';
    throw new UserError(`its mask is ${size[0]}×${size[1]}, but the image is ${height}×${width}${turned}`);
  }
  if (typeof counts === 'string') return decompressMask(counts, height, width);
  if (Array.isArray(counts)) return maskFromCounts(counts, height, width);
  throw new UserError(`the counts of its segmentation are ${show(counts)}; a string or a list is needed`);
}

/** Polygons of an object. */
export interface SegmentationPolygons {
  /** x and y of each one's points in turn. */
  readonly polygons: readonly (readonly number[])[];
  /** Number of others, which have fewer than three points and cover nothing. */
  readonly slivers: number;
}

/**
 * The polygons of a `segmentation` that {@link decodeSegmentation} reads; undefined for the other forms. Those of fewer
 * than three points are left out where there are others, as pycocotools finds no pixel in them.
 */
export function polygonsOf(stored: unknown): SegmentationPolygons | undefined {
  const segmentation = unpackPolygons(stored);
  if (!Array.isArray(segmentation) || segmentation.every(isFields)) return undefined;
  return readPolygons(segmentation);
}

function readPolygons(segmentation: readonly unknown[]): SegmentationPolygons {
  const isSingle = segmentation.every((value) => typeof value === 'number') || segmentation.every(isPoint);
  const all = (isSingle ? [segmentation] : segmentation).map((polygon) =>
    Array.isArray(polygon) && polygon.every(isPoint) ? polygon.flat() : polygon,
  );
  const whole = all.filter((polygon) => !Array.isArray(polygon) || polygon.length >= 6);
  const polygons = whole.length > 0 ? whole : all;
  return { polygons: polygons.map(checkedPolygon), slivers: all.length - polygons.length };
}

function isPoint(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'number');
}

/** Extent of polygons. */
export function polygonsExtent({ polygons }: SegmentationPolygons): Box {
  let [left, top, right, bottom] = [farthest, farthest, -farthest, -farthest];
  for (const polygon of polygons) {
    for (let i = 0; i < polygon.length; i += 2) {
      left = Math.min(left, polygon[i]);
      right = Math.max(right, polygon[i]);
      top = Math.min(top, polygon[i + 1]);
      bottom = Math.max(bottom, polygon[i + 1]);
    }
  }
  return [left, top, right, bottom];
}

function checkedPolygon(polygon: unknown, i: number): readonly number[] {
  if (!Array.isArray(polygon) || polygon.length < 6 || polygon.length % 2 !== 0) {
    throw new UserError(
      `polygon ${i} of its segmentation is ${show(polygon)}; at least three points [x1, y1, x2, y2, x3, y3 …] are needed`,
    );
  }
  for (const coordinate of polygon) {
    if (typeof coordinate !== 'number' || !(Math.abs(coordinate) <= farthest)) {
      throw new UserError(`polygon ${i} of its segmentation has the coordinate ${show(coordinate)}`);
    }
  }
  return polygon;
}
