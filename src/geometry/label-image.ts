import type { RunLengthMask } from './run-length-mask.js';

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
