import { UserError } from '../errors.js';
import type { Box } from './box.js';

/**
 * A binary mask as the lengths of its runs, in COCO's order: column by column (top to bottom, then left to
 * right), starting with a run of zeros, which may be empty. The counts add up to `height * width`; no other run is
 * empty.
 */
export interface RunLengthMask {
  readonly height: number;
  readonly width: number;
  readonly counts: Uint32Array;
}

/**
 * A mask of the runs that a file gave, in the order of {@link RunLengthMask}. Empty runs in the middle are joined
 * with their neighbours. Throws a UserError for a count that isn't a whole number from 0, and for counts that don't
 * add up to `height * width`.
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

/** The smallest box around the pixels inside; `[0, 0, 0, 0]` where there are none. */
export function maskBounds(mask: RunLengthMask): Box {
  const { height, counts } = mask;
  if (counts.length < 2) return [0, 0, 0, 0];
  let top = height;
  let bottom = 0;
  let position = counts[0];
  const left = Math.floor(position / height);
  let right = left;
  for (let run = 1; run < counts.length; run += 2) {
    const last = position + counts[run] - 1;
    const firstColumn = Math.floor(position / height);
    right = Math.floor(last / height);
    if (right > firstColumn) {
      // A run that goes on in the next column touches the bottom edge and the top edge.
      top = 0;
      bottom = height;
    } else {
      top = Math.min(top, position - firstColumn * height);
      bottom = Math.max(bottom, last - right * height + 1);
    }
    position = last + 1;
    if (run + 1 < counts.length) position += counts[run + 1];
  }
  return [left, top, right + 1, bottom];
}
