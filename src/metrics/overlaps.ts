import type { CocoBox } from '../geometry/boxes.js';
import { maskIntersection } from '../geometry/mask-overlap.js';
import { maskArea, maskExtent, type RunLengthMask } from '../geometry/run-length-mask.js';

/** Overlaps of each of `rows` detections with each of `columns` annotated objects of an image: matrices, row by row. */
export interface Overlaps {
  readonly rows: number;
  readonly columns: number;
  /** Intersection over union; 0 where there is no intersection. */
  readonly iou: Float64Array;
  /** The same, but in the columns of crowds intersection over the detection's area: COCO's rule. */
  readonly cocoIou: Float64Array;
}

/** Overlaps of boxes. `crowds` says which of the annotated objects are crowds. */
export function boxOverlaps(
  detections: readonly CocoBox[],
  objects: readonly CocoBox[],
  crowds: readonly boolean[],
): Overlaps {
  const overlaps = noOverlaps(detections.length, objects.length, crowds);
  for (let row = 0; row < detections.length; row++) {
    const [x, y, width, height] = detections[row];
    for (let column = 0; column < objects.length; column++) {
      const [objectX, objectY, objectWidth, objectHeight] = objects[column];
      const commonWidth = Math.min(width + x, objectWidth + objectX) - Math.max(x, objectX);
      if (commonWidth <= 0) continue;
      const commonHeight = Math.min(height + y, objectHeight + objectY) - Math.max(y, objectY);
      if (commonHeight <= 0) continue;
      const intersection = commonWidth * commonHeight;
      const areas = { intersection, detection: width * height, object: objectWidth * objectHeight };
      setOverlap(overlaps, row * objects.length + column, areas, crowds[column]);
    }
  }
  return overlaps;
}

/** Overlaps of masks, all of the same size. `crowds` says which of the annotated objects are crowds. */
export function maskOverlaps(
  detections: readonly RunLengthMask[],
  objects: readonly RunLengthMask[],
  crowds: readonly boolean[],
): Overlaps {
  const overlaps = noOverlaps(detections.length, objects.length, crowds);
  if (objects.length === 0) return overlaps;
  const bounds = objects.map(maskExtent);
  const areas = objects.map(maskArea);
  for (let row = 0; row < detections.length; row++) {
    const detection = detections[row];
    const area = maskArea(detection);
    const [x1, y1, x2, y2] = maskExtent(detection);
    for (let column = 0; column < objects.length; column++) {
      const [objectX1, objectY1, objectX2, objectY2] = bounds[column];
      // Most pairs don't even meet as boxes.
      if (x1 >= objectX2 || objectX1 >= x2 || y1 >= objectY2 || objectY1 >= y2) continue;
      const intersection = maskIntersection(detection, objects[column]);
      if (intersection === 0) continue;
      const pair = { intersection, detection: area, object: areas[column] };
      setOverlap(overlaps, row * objects.length + column, pair, crowds[column]);
    }
  }
  return overlaps;
}

function noOverlaps(rows: number, columns: number, crowds: readonly boolean[]): Overlaps {
  const iou = new Float64Array(rows * columns);
  const cocoIou = crowds.includes(true) ? new Float64Array(rows * columns) : iou;
  return { rows, columns, iou, cocoIou };
}

/** Areas of a pair, in one unit. */
interface PairAreas {
  readonly intersection: number;
  readonly detection: number;
  readonly object: number;
}

/** @param at index into the matrices */
function setOverlap(
  { iou, cocoIou }: Overlaps,
  at: number,
  { intersection, detection, object }: PairAreas,
  crowd: boolean,
): void {
  iou[at] = intersection / (detection + object - intersection);
  cocoIou[at] = crowd ? intersection / detection : iou[at];
}
