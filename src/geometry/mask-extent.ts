import type { Box } from './box.js';
import type { RunLengthMask } from './run-length-mask.js';

/** The smallest box that holds every pixel of a mask; `[0, 0, 0, 0]` when the mask is empty. */
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
