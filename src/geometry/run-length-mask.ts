import { UserError } from '../errors.js';
import type { Box } from './boxes.js';

/**
 * Binary mask as the lengths of its runs, in COCO's order: column by column (top to bottom, then left to
 * right), starting with a run of zeros, which may be empty. The counts add up to `height * width`; no other run is
 * empty.
 */
export interface RunLengthMask {
  readonly height: number;
  readonly width: number;
  readonly counts: Uint32Array;
}

/**
 * Makes a mask of the runs that a file gave, in the order of {@link RunLengthMask}. Empty runs in the middle are joined
 * with their neighbors.
 *
 * @throws UserError for a count that isn't a whole number from 0, and for counts that don't add up to `height * width`
 */
export function maskFromCounts(counts: ArrayLike<number>, height: number, width: number): RunLengthMask {
  const runs = new Uint32Array(Math.max(counts.length, 1));
  let used = 0;
  let total = 0;
  let insideLast = true;
  for (let i = 0; i < counts.length; i++) {
    const run = counts[i];
    if (!Number.isInteger(run) || run < 0) {
      throw new UserError(`run ${i} of the mask is ${run}, but runs are whole numbers from 0`);
    }
    total += run;
    const inside = i % 2 === 1;
    if (used === 0) {
      // The first run is of zeros: where it is empty, it still has its place.
      runs[used++] = run;
    } else if (run > 0) {
      if (inside === insideLast) runs[used - 1] += run;
      else runs[used++] = run;
    } else {
      continue;
    }
    insideLast = inside;
  }
  if (total !== height * width) {
    throw new UserError(
      `the runs of the mask add up to ${total} pixels, but a ${height}×${width} image has ${height * width}`,
    );
  }
  return { height, width, counts: runs.slice(0, Math.max(used, 1)) };
}

/** Encodes row-major bytes (0 is outside, anything else inside), `height * width` of them. */
export function encodeMask(bitmap: Uint8Array, height: number, width: number): RunLengthMask {
  if (bitmap.length !== height * width) {
    throw new RangeError(`a ${height}×${width} mask needs ${height * width} bytes, not ${bitmap.length}`);
  }
  const counts: number[] = [];
  let inside = false;
  let run = 0;
  for (let x = 0; x < width; x++) {
    for (let y = 0, i = x; y < height; y++, i += width) {
      if ((bitmap[i] !== 0) === inside) {
        run++;
      } else {
        counts.push(run);
        inside = !inside;
        run = 1;
      }
    }
  }
  counts.push(run);
  return { height, width, counts: Uint32Array.from(counts) };
}

/**
 * Encodes the masks of all objects of a label image in one pass.
 *
 * @param labels row-major bytes, `height * width` of them: 0 is background, any other value names the object that
 * owns the pixel.
 * @returns the mask of each value that occurs, in rising order; background has none.
 */
export function encodeLabelImage(
  labels: Uint8Array,
  height: number,
  width: number,
): Map<number, RunLengthMask> {
  const total = height * width;
  if (labels.length !== total) {
    throw new RangeError(`a ${height}×${width} label image needs ${total} bytes, not ${labels.length}`);
  }
  const runs: number[][] = Array.from({ length: 256 }, () => []);
  const ends = new Uint32Array(256);
  let label = 0;
  let start = 0;
  let position = 0;
  for (let x = 0; x < width; x++) {
    for (let i = x; i < total; i += width, position++) {
      const next = labels[i];
      if (next === label) continue;
      if (label !== 0) {
        runs[label].push(start - ends[label], position - start);
        ends[label] = position;
      }
      label = next;
      start = position;
    }
  }
  if (label !== 0) {
    runs[label].push(start - ends[label], total - start);
    ends[label] = total;
  }
  const masks = new Map<number, RunLengthMask>();
  for (const [value, counts] of runs.entries()) {
    if (counts.length === 0) continue;
    if (ends[value] < total) counts.push(total - ends[value]);
    masks.set(value, { height, width, counts: Uint32Array.from(counts) });
  }
  return masks;
}

/** Decodes into row-major bytes, 0 or 1, `height * width` of them. */
export function decodeMask(mask: RunLengthMask): Uint8Array {
  const { height, width, counts } = mask;
  const bitmap = new Uint8Array(height * width);
  let position = 0;
  for (let run = 0; run < counts.length; run++) {
    const end = position + counts[run];
    if (run % 2 === 1) {
      let x = Math.floor(position / height);
      let y = position - x * height;
      for (; position < end; position++) {
        bitmap[y * width + x] = 1;
        if (++y === height) {
          y = 0;
          x++;
        }
      }
    }
    position = end;
  }
  return bitmap;
}

/** Number of pixels inside. */
export function maskArea(mask: RunLengthMask): number {
  let area = 0;
  for (let run = 1; run < mask.counts.length; run += 2) area += mask.counts[run];
  return area;
}

/** Smallest box that holds every pixel of a mask; `[0, 0, 0, 0]` when the mask is empty. */
export function maskExtent({ height, counts }: RunLengthMask): Box {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = 0;
  let bottom = 0;
  let position = 0;
  for (let run = 0; run < counts.length; run++) {
    const end = position + counts[run];
    if (run % 2 === 1 && end > position) {
      const x = Math.floor(position / height);
      const lastX = Math.floor((end - 1) / height);
      const acrossColumns = lastX > x;
      left = Math.min(left, x);
      right = Math.max(right, lastX + 1);
      top = acrossColumns ? 0 : Math.min(top, position - x * height);
      bottom = acrossColumns ? height : Math.max(bottom, end - x * height);
    }
    position = end;
  }
  return right === 0 ? [0, 0, 0, 0] : [left, top, right, bottom];
}

/**
 * Calls `visit` with each vertical stretch of pixels inside, column by column and from the top: column `x`, rows `top` to
 * `bottom` − 1.
 *
 * @param columns those to look at, all by default
 */
export function forEachStretch(
  { height, width, counts }: RunLengthMask,
  visit: (x: number, top: number, bottom: number) => void,
  columns: { readonly first: number; readonly end: number } = { first: 0, end: width },
): void {
  const first = columns.first * height;
  const last = columns.end * height;
  let position = 0;
  for (let run = 0; run < counts.length && position < last; run++) {
    const end = position + counts[run];
    if (run % 2 === 1 && end > first) {
      const stop = Math.min(end, last);
      let from = Math.max(position, first);
      while (from < stop) {
        const x = Math.floor(from / height);
        const columnEnd = Math.min(stop, (x + 1) * height);
        visit(x, from - x * height, columnEnd - x * height);
        from = columnEnd;
      }
    }
    position = end;
  }
}
