import { UserError } from '../../errors.js';
import type { Box } from '../../geometry/boxes.js';
import { polygonsMask } from '../../geometry/polygons.js';
import { compressCounts, decompressMask } from '../../geometry/rle-string.js';
import { maskFromCounts, type RunLengthMask } from '../../geometry/run-length-mask.js';
import { isFields, show } from './fields.js';

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
 * The mask of an object's `segmentation` in any of COCO's forms: polygons, compressed counts or plain counts.
 *
 * @param height of the image; the mask must be as large
 * @throws UserError, which doesn't say whose segmentation it is
 */
export function decodeSegmentation(segmentation: unknown, height: number, width: number): RunLengthMask {
  if (Array.isArray(segmentation)) {
    segmentation.forEach(checkPolygon);
    return polygonsMask(segmentation, height, width);
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

/** Extent of polygons that {@link decodeSegmentation} reads; undefined for the other forms. */
export function polygonsExtent(segmentation: unknown): Box | undefined {
  if (!Array.isArray(segmentation)) return undefined;
  let [left, top, right, bottom] = [farthest, farthest, -farthest, -farthest];
  for (const polygon of segmentation) {
    for (let i = 0; i < polygon.length; i += 2) {
      left = Math.min(left, polygon[i]);
      right = Math.max(right, polygon[i]);
      top = Math.min(top, polygon[i + 1]);
      bottom = Math.max(bottom, polygon[i + 1]);
    }
  }
  return [left, top, right, bottom];
}

function checkPolygon(polygon: unknown, i: number): void {
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
}
