/**
 * A binary mask as the lengths of its runs, in COCO's order: column by column (top to bottom, then left to
 * right), starting with a run of zeros, which may be empty. The counts add up to `height * width`.
 */
export interface RunLengthMask {
  readonly height: number;
  readonly width: number;
  readonly counts: Uint32Array;
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
