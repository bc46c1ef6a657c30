import { mergeMasks } from './rle-overlap.js';
import type { RunLengthMask } from './run-length-mask.js';

/** The outline is drawn on a grid so many times finer than the pixels. */
const fineness = 5;
/** The fine column left of a pixel's middle. */
const middle = 2;

/**
 * The pixels inside a polygon by COCO's rule. The outline is rounded to a grid of fifths of a pixel and drawn there;
 * where it crosses the middle of a pixel column it switches between outside and inside, at the first pixel whose
 * middle isn't above the crossing.
 *
 * @param points x and y in turn, in pixels; the polygon closes itself. Parts outside the image are cut off.
 */
export function polygonMask(points: ArrayLike<number>, height: number, width: number): RunLengthMask {
  const corners = points.length >> 1;
  const crossings: number[] = [];
  // Fine coordinates are rounded as C does it: half added, then cut towards zero.
  const fine = (i: number) => Math.trunc(fineness * points[i] + 0.5);

  /** The outline crosses the middle of the pixel column `x`; `y` is the upper of the two fine rows there. */
  const cross = (x: number, y: number) => {
    if (x < 0 || x >= width) return;
    const row = Math.ceil(Math.min(Math.max((y + 0.5) / fineness - 0.5, 0), height));
    crossings.push(x * height + row);
  };

  for (let corner = 0; corner < corners; corner++) {
    const next = (corner + 1) % corners;
    walkEdge(fine(2 * corner), fine(2 * corner + 1), fine(2 * next), fine(2 * next + 1), cross);
  }
  return maskFromSwitches(crossings, height, width);
}

/** The pixels inside any of the polygons: an object that something divides has several. */
export function polygonsMask(
  polygons: readonly ArrayLike<number>[],
  height: number,
  width: number,
): RunLengthMask {
  return mergeMasks(polygons.map((points) => polygonMask(points, height, width)));
}

/**
 * Walks an edge on the fine grid, one step a column where it is flat, one a row where it is steep, and reports each
 * step over the middle of a pixel column. The walk always goes towards the larger coordinate: rounding depends on
 * the direction.
 */
function walkEdge(
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
  cross: (x: number, y: number) => void,
): void {
  const columns = Math.abs(toX - fromX);
  const rows = Math.abs(toY - fromY);
  const flat = columns >= rows;
  const reversed = flat ? fromX > toX : fromY > toY;
  const startX = reversed ? toX : fromX;
  const startY = reversed ? toY : fromY;
  if (flat) {
    const slope = (reversed ? fromY - toY : toY - fromY) / columns;
    // The middle of a pixel lies between its fine columns 2 and 3, so only every fifth step matters.
    const first = Math.ceil((startX - middle) / fineness);
    for (let x = first; fineness * x + middle < startX + columns; x++) {
      const step = fineness * x + middle - startX;
      const before = Math.trunc(startY + slope * step + 0.5);
      const after = Math.trunc(startY + slope * (step + 1) + 0.5);
      cross(x, Math.min(before, after));
    }
  } else {
    const slope = (reversed ? fromX - toX : toX - fromX) / rows;
    let column = Math.trunc(startX + 0.5);
    for (let step = 1; step <= rows; step++) {
      const previous = column;
      column = Math.trunc(startX + slope * step + 0.5);
      if (column === previous) continue;
      const left = Math.min(previous, column);
      if ((left - middle) % fineness === 0) cross((left - middle) / fineness, startY + step - 1);
    }
  }
}

/** The mask that changes colour at each of the positions, counted along the columns. */
function maskFromSwitches(positions: readonly number[], height: number, width: number): RunLengthMask {
  const sorted = Float64Array.from(positions).sort();
  const counts = new Uint32Array(sorted.length + 1);
  let used = 0;
  let start = 0;
  for (let i = 0; i < sorted.length; i++) {
    // Two switches at one place undo each other.
    if (i + 1 < sorted.length && sorted[i + 1] === sorted[i]) {
      i++;
      continue;
    }
    if (sorted[i] === height * width) break;
    counts[used++] = sorted[i] - start;
    start = sorted[i];
  }
  counts[used++] = height * width - start;
  return { height, width, counts: counts.slice(0, used) };
}
