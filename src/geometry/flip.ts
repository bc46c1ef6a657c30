import type { Box } from './box.js';
import type { RunLengthMask } from './run-length-mask.js';

/** Mirrors a box left to right in an image of this width. */
export function flipBox([x1, y1, x2, y2]: Box, width: number): Box {
  return [width - x2, y1, width - x1, y2];
}

/** Mirrors a mask left to right. */
export function flipMask({ height, width, counts }: RunLengthMask): RunLengthMask {
  // The runs cut at the columns' ends: the columns change places, the order inside a column stays.
  const columns: number[][] = Array.from({ length: width }, () => []);
  let position = 0;
  for (let run = 0; run < counts.length; run++) {
    const end = position + counts[run];
    if (run % 2 === 1) {
      while (position < end) {
        const x = Math.floor(position / height);
        const cut = Math.min(end, (x + 1) * height);
        columns[x].push(position - x * height, cut - x * height);
        position = cut;
      }
    }
    position = end;
  }
  const flipped: number[] = [0];
  let inside = false;
  const extend = (length: number, value: boolean): void => {
    if (value === inside) {
      flipped[flipped.length - 1] += length;
    } else if (length > 0) {
      flipped.push(length);
      inside = value;
    }
  };
  for (const column of columns.reverse()) {
    let y = 0;
    for (let i = 0; i < column.length; i += 2) {
      extend(column[i] - y, false);
      extend(column[i + 1] - column[i], true);
      y = column[i + 1];
    }
    extend(height - y, false);
  }
  return { height, width, counts: Uint32Array.from(flipped) };
}
