import { mergeMasks } from './mask-overlap.js';
import type { RunLengthMask } from './run-length-mask.js';

/** The outline is drawn on a grid so many times finer than the pixels. */
const fineness = 5;
/** The middle of a pixel lies between its fine columns 2 and 3. */
const middle = 2;

/**
 * The pixels inside a polygon by COCO's rule. The outline is rounded to a grid of fifths of a pixel and drawn there;
 * where it crosses the middle of a pixel column it switches between outside and inside, at the first pixel whose
 * middle isn't above the crossing.
 *
 * @param points x and y in turn, in pixels; the polygon closes itself. Parts outside the image are cut off.
 */
function polygonMask(points: ArrayLike<number>, height: number, width: number): RunLengthMask {
  const length = points.length - (points.length % 2);
  // Rounded as C does it: half added, then cut towards zero.
  const fine = new Float64Array(length);
  for (let i = 0; i < length; i++) fine[i] = Math.trunc(fineness * points[i] + 0.5);
  const switches: number[] = [];
  for (let from = 0; from < length; from += 2) {
    const to = (from + 2) % length;
    addCrossings(fine[from], fine[from + 1], fine[to], fine[to + 1], height, width, switches);
  }
  return maskFromSwitches(switches, height, width);
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
 * Adds the positions, counted along the columns, at which an edge on the fine grid crosses the middles of the pixel
 * columns. The edge is drawn one point a column where it is flat, one a row where it is steep, always towards the
 * larger coordinate: rounding depends on that.
 */
function addCrossings(
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
  height: number,
  width: number,
  positions: number[],
): void {
  const columns = Math.abs(toX - fromX);
  const rows = Math.abs(toY - fromY);
  const flat = columns >= rows;
  const reversed = flat ? fromX > toX : fromY > toY;
  const startX = reversed ? toX : fromX;
  const startY = reversed ? toY : fromY;
  const slope = flat ? (toY - fromY) / (toX - fromX) : (toX - fromX) / (toY - fromY);

  const first = Math.max(Math.ceil((Math.min(fromX, toX) - middle) / fineness), 0);
  const end = Math.min(Math.ceil((Math.max(fromX, toX) - middle) / fineness), width);
  for (let x = first; x < end; x++) {
    const column = fineness * x + middle;
    let row: number;
    if (flat) {
      // The upper of the points in the two columns.
      const step = column - startX;
      const before = Math.trunc(startY + slope * step + 0.5);
      row = Math.min(before, Math.trunc(startY + slope * (step + 1) + 0.5));
    } else {
      // The last point before the step into the other column.
      const step = firstStepBeyond(startX, slope, column, rows);
      row = startY + step - 1;
    }
    const y = Math.ceil(Math.min(Math.max((row + 0.5) / fineness - 0.5, 0), height));
    positions.push(x * height + y);
  }
}

/**
 * The first step of a steep edge whose point is right of `column` where the edge goes to the right, and no longer is
 * where it goes to the left.
 */
function firstStepBeyond(startX: number, slope: number, column: number, rows: number): number {
  const isBeyond = (step: number) => Math.trunc(startX + slope * step + 0.5) > column === slope > 0;
  // Where the line itself gets there; rounding may put the point one step off.
  let step = Math.min(Math.max(Math.round((column + 0.5 - startX) / slope), 1), rows);
  while (step > 1 && isBeyond(step - 1)) step--;
  while (step < rows && !isBeyond(step)) step++;
  return step;
}

/** The mask that changes color at each of the positions. */
function maskFromSwitches(positions: readonly number[], height: number, width: number): RunLengthMask {
  const sorted = new Uint32Array(positions).sort();
  const counts: number[] = [];
  let start = 0;
  for (let i = 0; i < sorted.length; i++) {
    const position = sorted[i];
    if (i + 1 < sorted.length && sorted[i + 1] === position) {
      // Two switches at one place undo each other.
      i++;
    } else if (position < height * width) {
      counts.push(position - start);
      start = position;
    }
  }
  counts.push(height * width - start);
  return { height, width, counts: new Uint32Array(counts) };
}
