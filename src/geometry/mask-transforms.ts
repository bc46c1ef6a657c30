import type { ImageSize } from './image-size.js';
import { RunBuilder } from './run-builder.js';
import { forEachStretch, type RunLengthMask } from './run-length-mask.js';

/** Mirrors a mask left to right. */
export function flipMask(mask: RunLengthMask): RunLengthMask {
  const { height, width } = mask;
  const stretches = stretchesOf(mask);
  const runs = new RunBuilder();
  // The columns change places, the order inside a column stays.
  for (let end = stretches.length; end > 0; ) {
    const x = stretches[end - 3];
    let first = end - 3;
    while (first > 0 && stretches[first - 3] === x) first -= 3;
    const start = (width - 1 - x) * height;
    for (let i = first; i < end; i += 3) runs.add(start + stretches[i + 1], start + stretches[i + 2]);
    end = first;
  }
  return runs.finish(mask);
}

/** The mask at another size, where each pixel shows its {@link nearestPixel}. */
export function resizeMask(mask: RunLengthMask, size: ImageSize): RunLengthMask {
  const columns = firstShowing(mask.width, size.width);
  const rows = firstShowing(mask.height, size.height);
  const stretches = stretchesOf(mask);
  const runs = new RunBuilder();
  for (let first = 0; first < stretches.length; ) {
    const x = stretches[first];
    let end = first;
    while (stretches[end] === x) end += 3;
    for (let column = columns[x]; column < columns[x + 1]; column++) {
      const start = column * size.height;
      for (let i = first; i < end; i += 3) {
        const [top, bottom] = [rows[stretches[i + 1]], rows[stretches[i + 2]]];
        if (top < bottom) runs.add(start + top, start + bottom);
      }
    }
    first = end;
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

/** What {@link forEachStretch} visits: column, top and bottom of each stretch in turn. */
function stretchesOf(mask: RunLengthMask): number[] {
  const stretches: number[] = [];
  forEachStretch(mask, (x, top, bottom) => stretches.push(x, top, bottom));
  return stretches;
}
