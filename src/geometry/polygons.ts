import type { ImageSize } from './image-size.js';
import { mergeMasks } from './mask-overlap.js';
import type { RunLengthMask } from './run-length-mask.js';

/** Fineness of the grid that the outline is drawn on: steps a pixel. */
const fineness = 5;
/** Fine column left of a pixel's middle, which lies between 2 and 3. */
const middle = 2;

/**
 * Finds the pixels inside a polygon by COCO's rule. The outline is rounded to a grid of fifths of a pixel and drawn
 * there; where it crosses the middle of a pixel column it switches between outside and inside, at the first pixel
 * whose middle isn't above the crossing.
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
    const edge = { fromX: fine[from], fromY: fine[from + 1], toX: fine[to], toY: fine[to + 1] };
    addCrossings(edge, { height, width }, switches);
  }
  return maskFromSwitches(switches, height, width);
}

/**
 * Finds the pixels inside any of the polygons: an object that something divides has several.
 *
 * @param polygons x and y of each one's points in turn, in pixels
 * @throws RangeError without polygons
 */
export function polygonsMask(
  polygons: readonly ArrayLike<number>[],
  height: number,
  width: number,
): RunLengthMask {
  return mergeMasks(polygons.map((points) => polygonMask(points, height, width)));
}

/** An edge of the outline on the fine grid. */
interface Edge {
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
}

/**
 * Adds the positions, counted along the columns, at which an edge on the fine grid crosses the middles of the pixel
 * columns. The edge is drawn one point a column where it is flat, one a row where it is steep, always towards the
 * larger coordinate: rounding depends on that.
 */
function addCrossings(
  { fromX, fromY, toX, toY }: Edge,
  { height, width }: ImageSize,
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
 * Finds the first step of a steep edge whose point is right of `column` where the edge goes to the right, and no
 * longer is where it goes to the left.
 */
function firstStepBeyond(startX: number, slope: number, column: number, rows: number): number {
  const isBeyond = (step: number) => Math.trunc(startX + slope * step + 0.5) > column === slope > 0;
  // Where the line itself gets there; rounding may put the point one step off.
  let step = Math.min(Math.max(Math.round((column + 0.5 - startX) / slope), 1), rows);
  while (step > 1 && isBeyond(step - 1)) step--;
  while (step < rows && !isBeyond(step)) step++;
  return step;
}

/** Makes the mask that changes between outside and inside at each of the positions. */
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
