import type { ImageSize } from './image-size.js';
import { RunBuilder } from './run-builder.js';
import { forEachStretch, type RunLengthMask } from './run-length-mask.js';

/** Mirrors a mask left to right. */
export function flipMask(mask: RunLengthMask): RunLengthMask {
  const { height, width } = mask;
  const runs = new RunBuilder();
  // The columns change places, the order inside a column stays.
  for (const { x, rows } of columnsInside(mask).reverse()) {
    const start = (width - 1 - x) * height;
    for (let i = 0; i < rows.length; i += 2) runs.add(start + rows[i], start + rows[i + 1]);
  }
  return runs.finish(mask);
}

/** The mask at another size, where each pixel shows its {@link nearestPixel}. */
export function resizeMask(mask: RunLengthMask, size: ImageSize): RunLengthMask {
  const columnStarts = firstShowing(mask.width, size.width);
  const rowStarts = firstShowing(mask.height, size.height);
  const runs = new RunBuilder();
  for (const { x, rows } of columnsInside(mask)) {
    for (let column = columnStarts[x]; column < columnStarts[x + 1]; column++) {
      const start = column * size.height;
      for (let i = 0; i < rows.length; i += 2) {
        const [top, bottom] = [rowStarts[rows[i]], rowStarts[rows[i + 1]]];
        if (top < bottom) runs.add(start + top, start + bottom);
      }
    }
  }
  return runs.finish(size);
}

/**
 * Pixel along a side of length `from` that pixel `i` shows when the side is scaled to length `to`, by float32 arithmetic
 * as in PyTorch's nearest-neighbor interpolation.
 */
export function nearestPixel(from: number, to: number): (i: number) => number {
  const ratio = Math.fround(from / to);
  return (i) => Math.min(Math.floor(Math.fround(i * ratio)), from - 1);
}

/** For each pixel along the old side, and for its end, the first one along the new side that shows it or a later one. */
function firstShowing(from: number, to: number): Int32Array {
  const shown = nearestPixel(from, to);
  let i = 0;
  return Int32Array.from({ length: from + 1 }, (_, pixel) => {
    while (i < to && shown(i) < pixel) i++;
    return i;
  });
}

/** A column with pixels inside. */
interface MaskColumn {
  readonly x: number;
  /** Start and end of each stretch of pixels inside, in turn. */
  readonly rows: number[];
}

function columnsInside(mask: RunLengthMask): MaskColumn[] {
  const columns: MaskColumn[] = [];
  forEachStretch(mask, (x, top, bottom) => {
    const last = columns.at(-1);
    if (last?.x === x) last.rows.push(top, bottom);
    else columns.push({ x, rows: [top, bottom] });
  });
  return columns;
}
