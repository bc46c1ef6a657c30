import { maskArea, type RunLengthMask } from './run-length-mask.js';

/** Number of pixels inside both masks, from the counts alone. Both have the same size. */
export function maskIntersection(a: RunLengthMask, b: RunLengthMask): number {
  const aCounts = a.counts;
  const bCounts = b.counts;
  const aLength = aCounts.length;
  const bLength = bCounts.length;
  let aRun = 0;
  let bRun = 0;
  let aEnd = aCounts[0];
  let bEnd = bCounts[0];
  let position = 0;
  let pixels = 0;
  for (;;) {
    // Runs with an odd index are inside. The run that ends first decides how far both stay as they are.
    if (aEnd <= bEnd) {
      if (aRun & bRun & 1) pixels += aEnd - position;
      position = aEnd;
      if (++aRun === aLength) return pixels;
      aEnd += aCounts[aRun];
    } else {
      if (aRun & bRun & 1) pixels += bEnd - position;
      position = bEnd;
      if (++bRun === bLength) return pixels;
      bEnd += bCounts[bRun];
    }
  }
}

/**
 * Intersection over union of two masks of the same size; 0 where both are empty. Where the ground truth is a crowd, COCO
 * divides by the detection's area instead: a detection may be any part of the crowd.
 */
export function maskIou(detection: RunLengthMask, groundTruth: RunLengthMask, crowd = false): number {
  requireSameSize(detection, groundTruth);
  const intersection = maskIntersection(detection, groundTruth);
  if (intersection === 0) return 0;
  const area = maskArea(detection);
  return intersection / (crowd ? area : area + maskArea(groundTruth) - intersection);
}

/**
 * Makes the union or intersection of masks of the same size.
 *
 * @throws RangeError without masks and for masks of different sizes
 */
export function mergeMasks(
  masks: readonly RunLengthMask[],
  operation: 'union' | 'intersection' = 'union',
): RunLengthMask {
  if (masks.length === 0) throw new RangeError('there are no masks to merge');
  return masks.reduce((merged, mask) => mergePair(merged, mask, operation));
}

function mergePair(a: RunLengthMask, b: RunLengthMask, operation: 'union' | 'intersection'): RunLengthMask {
  requireSameSize(a, b);
  const counts = new Uint32Array(a.counts.length + b.counts.length);
  const pixels = a.height * a.width;
  let used = 0;
  let aRun = 0;
  let bRun = 0;
  let aEnd = a.counts[0];
  let bEnd = b.counts[0];
  let inside = false;
  let start = 0;
  while (Math.min(aEnd, bEnd) < pixels) {
    const position = Math.min(aEnd, bEnd);
    if (aEnd === position) aEnd += a.counts[++aRun];
    if (bEnd === position) bEnd += b.counts[++bRun];
    const next = (operation === 'union' ? aRun | bRun : aRun & bRun) % 2 === 1;
    if (next !== inside) {
      counts[used++] = position - start;
      start = position;
      inside = next;
    }
  }
  counts[used++] = pixels - start;
  return { height: a.height, width: a.width, counts: counts.slice(0, used) };
}

function requireSameSize(a: RunLengthMask, b: RunLengthMask): void {
  if (a.height !== b.height || a.width !== b.width) {
    throw new RangeError(
      `masks of different sizes, ${a.height}×${a.width} and ${b.height}×${b.width}, have no common pixels`,
    );
  }
}
