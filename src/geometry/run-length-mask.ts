import { UserError } from '../errors.js';

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
 * with their neighbors. Throws a UserError for a count that isn't a whole number from 0, and for counts that don't
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
