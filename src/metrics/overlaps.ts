import type { CocoBox } from '../geometry/boxes.js';
import { maskIntersection } from '../geometry/mask-overlap.js';
import { maskArea, maskExtent, type RunLengthMask } from '../geometry/run-length-mask.js';

/**
 * How far each of `rows` detections and each of `columns` truths of an image cover each other: matrices, row after
 * row.
 */
export interface Overlaps {
  readonly rows: number;
  readonly columns: number;
  /** Intersection over union; 0 where there is no intersection. */
  readonly iou: Float64Array;
  /** The same, but in the columns of crowds the intersection over the detection's area: COCO's rule. */
  readonly cocoIou: Float64Array;
}

/** Overlaps of boxes. `crowds` says which of the truths are crowds. */
export function boxOverlaps(
  detections: readonly CocoBox[],
  truths: readonly CocoBox[],
  crowds: readonly boolean[],
): Overlaps {
  const overlaps = noOverlaps(detections.length, truths.length, crowds);
  for (let row = 0; row < detections.length; row++) {
    const [x, y, width, height] = detections[row];
    for (let column = 0; column < truths.length; column++) {
      const [truthX, truthY, truthWidth, truthHeight] = truths[column];
      const commonWidth = Math.min(width + x, truthWidth + truthX) - Math.max(x, truthX);
      if (commonWidth <= 0) continue;
      const commonHeight = Math.min(height + y, truthHeight + truthY) - Math.max(y, truthY);
      if (commonHeight <= 0) continue;
      const intersection = commonWidth * commonHeight;
      setOverlap(overlaps, row, column, intersection, width * height, truthWidth * truthHeight, crowds);
    }
  }
  return overlaps;
}

/** Overlaps of masks, all of the same size. `crowds` says which of the truths are crowds. */
export function maskOverlaps(
  detections: readonly RunLengthMask[],
  truths: readonly RunLengthMask[],
  crowds: readonly boolean[],
): Overlaps {
  const overlaps = noOverlaps(detections.length, truths.length, crowds);
  if (truths.length === 0) return overlaps;
  const bounds = truths.map(maskExtent);
  const areas = truths.map(maskArea);
  for (let row = 0; row < detections.length; row++) {
    const detection = detections[row];
    const area = maskArea(detection);
    const [x1, y1, x2, y2] = maskExtent(detection);
    for (let column = 0; column < truths.length; column++) {
      const [truthX1, truthY1, truthX2, truthY2] = bounds[column];
      // Most pairs don't even meet as boxes.
      if (x1 >= truthX2 || truthX1 >= x2 || y1 >= truthY2 || truthY1 >= y2) continue;
      const intersection = maskIntersection(detection, truths[column]);
      if (intersection > 0) setOverlap(overlaps, row, column, intersection, area, areas[column], crowds);
    }
  }
  return overlaps;
}

function noOverlaps(rows: number, columns: number, crowds: readonly boolean[]): Overlaps {
  const iou = new Float64Array(rows * columns);
  const cocoIou = crowds.includes(true) ? new Float64Array(rows * columns) : iou;
  return { rows, columns, iou, cocoIou };
}

function setOverlap(
  overlaps: Overlaps,
  row: number,
  column: number,
  intersection: number,
  area: number,
  truthArea: number,
  crowds: readonly boolean[],
): void {
  const at = row * overlaps.columns + column;
  const iou = intersection / (area + truthArea - intersection);
  overlaps.iou[at] = iou;
  overlaps.cocoIou[at] = crowds[column] ? intersection / area : iou;
}
