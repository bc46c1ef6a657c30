import type { Boxes } from './boxes.js';

/** A grid over boxes that knows which of them are in each cell, so that a box in one place is compared with few. */
export interface BoxGrid {
  /**
   * Finds the boxes that overlap box `i` of `others`.
   *
   * @param found gets their indices, in no particular order; has room for all boxes
   * @returns the number of them
   */
  overlapping(others: Boxes, i: number, found: Int32Array): number;
}

/** Lays a grid over boxes, with about as many cells as there are boxes. */
export function boxGrid(boxes: Boxes): BoxGrid {
  const count = boxes.length / 4;
  const side = Math.max(Math.ceil(Math.sqrt(count)), 1);
  const columnOf = cellsAlong(boxes, 0, side);
  const rowOf = cellsAlong(boxes, 1, side);
  const inCells: number[][] = Array.from({ length: side * side }, () => []);
  for (let box = 0; box < count; box++) {
    const right = columnOf(boxes[4 * box + 2]);
    const bottom = rowOf(boxes[4 * box + 3]);
    for (let row = rowOf(boxes[4 * box + 1]); row <= bottom; row++) {
      for (let column = columnOf(boxes[4 * box]); column <= right; column++) {
        inCells[row * side + column].push(box);
      }
    }
  }
  const inOrder = Int32Array.from(inCells.flat());
  const starts = new Int32Array(inCells.length + 1);
  for (const [cell, { length }] of inCells.entries()) starts[cell + 1] = starts[cell] + length;
  // A box in several cells is found once: the number of the last search that came across it.
  const seen = new Int32Array(count);
  let search = 0;
  return {
    overlapping(others, i, found) {
      search++;
      let length = 0;
      const x1 = others[4 * i];
      const y1 = others[4 * i + 1];
      const x2 = others[4 * i + 2];
      const y2 = others[4 * i + 3];
      const left = columnOf(x1);
      const right = columnOf(x2);
      const bottom = rowOf(y2);
      for (let row = rowOf(y1); row <= bottom; row++) {
        // The cells of a row lie one after the other.
        const end = starts[row * side + right + 1];
        for (let at = starts[row * side + left]; at < end; at++) {
          const box = inOrder[at];
          if (seen[box] === search) continue;
          seen[box] = search;
          const apart =
            boxes[4 * box] >= x2 ||
            boxes[4 * box + 1] >= y2 ||
            boxes[4 * box + 2] <= x1 ||
            boxes[4 * box + 3] <= y1;
          if (!apart) found[length++] = box;
        }
      }
      return length;
    },
  };
}

/** Finds the cell of a coordinate along an axis; those beyond the boxes are in the first and the last one. */
function cellsAlong(boxes: Boxes, axis: 0 | 1, side: number): (coordinate: number) => number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = axis; i < boxes.length; i += 4) {
    low = Math.min(low, boxes[i]);
    high = Math.max(high, boxes[i + 2]);
  }
  const scale = high > low ? side / (high - low) : 0;
  return (coordinate) => Math.min(Math.max(Math.floor((coordinate - low) * scale), 0), side - 1);
}
