import type { Overlaps } from './overlaps.js';

/** `count` numbers from `first` to `last`, as numpy's `linspace` rounds them. */
function evenlySpaced(first: number, last: number, count: number): Float64Array {
  const step = (last - first) / (count - 1);
  return Float64Array.from({ length: count }, (_, i) => (i === count - 1 ? last : i * step + first));
}

/** 0.5, 0.55 … 0.95 */
export const cocoIouThresholds = evenlySpaced(0.5, 0.95, 10);
/** 0, 0.01 … 1 */
export const cocoRecalls = evenlySpaced(0, 1, 101);
/** Detections of a class in an image that count. */
export const maxDetections = 100;

/** COCO's size classes, by area in pixels; both ends belong to a class. */
export const cocoAreaRanges = [
  { name: 'all', least: 0, most: 1e10 },
  { name: 'small', least: 0, most: 32 ** 2 },
  { name: 'medium', least: 32 ** 2, most: 96 ** 2 },
  { name: 'large', least: 96 ** 2, most: 1e10 },
] as const;
export type CocoAreaRange = (typeof cocoAreaRanges)[number];

/*
 * What COCO says of a detection in one size class, as bits: bit i for a match at the i-th threshold, bit 10 + i for a
 * detection that is ignored there.
 */
const ignoredShift = cocoIouThresholds.length;
const allThresholds = (1 << ignoredShift) - 1;
const matchedBit = (threshold: number) => 1 << threshold;
const ignoredBit = (threshold: number) => 1 << (ignoredShift + threshold);

export const isMatched = (verdict: number, threshold: number) => (verdict & matchedBit(threshold)) !== 0;
export const isIgnored = (verdict: number, threshold: number) => (verdict & ignoredBit(threshold)) !== 0;

/** Whether COCO leaves a truth out in a size class. */
export function ignoresTruth(truth: { area: number; crowd: boolean }, range: CocoAreaRange): boolean {
  return truth.crowd || isOutside(truth.area, range);
}

function isOutside(area: number, { least, most }: CocoAreaRange): boolean {
  return area < least || area > most;
}

/**
 * COCO's matching in one size class, for one class in one image: each detection takes the truth that it covers best
 * among those still free, one that is ignored only where no other will do. A crowd is always free. Detections that
 * match an ignored truth are ignored, and so are those that match nothing and are themselves outside the size class,
 * and all after the hundredth.
 *
 * @param overlaps rows by falling score
 * @returns a verdict for each detection: see {@link isMatched} and {@link isIgnored}
 */
export function matchCoco(
  overlaps: Overlaps,
  detections: readonly { readonly area: number }[],
  truths: readonly { readonly area: number; readonly crowd: boolean }[],
  range: CocoAreaRange,
): Uint32Array {
  const { rows, columns } = overlaps;
  const ignored = truths.map((truth) => ignoresTruth(truth, range));
  const verdicts = new Uint32Array(rows).fill(allThresholds << ignoredShift, maxDetections);
  const taken = new Uint8Array(columns);
  for (let t = 0; t < cocoIouThresholds.length; t++) {
    const least = Math.min(cocoIouThresholds[t], 1 - 1e-10);
    taken.fill(0);
    for (let row = 0; row < Math.min(rows, maxDetections); row++) {
      let best = bestFree(overlaps, row, least, taken, ignored, false);
      if (best < 0) best = bestFree(overlaps, row, least, taken, ignored, true);
      if (best >= 0) {
        if (!truths[best].crowd) taken[best] = 1;
        verdicts[row] |= matchedBit(t) | (ignored[best] ? ignoredBit(t) : 0);
      } else if (isOutside(detections[row].area, range)) {
        verdicts[row] |= ignoredBit(t);
      }
    }
  }
  return verdicts;
}

/** The free truth that a detection covers best, of those that are ignored or of those that aren't; −1 for none. */
function bestFree(
  { columns, cocoIou }: Overlaps,
  row: number,
  least: number,
  taken: Uint8Array,
  ignored: readonly boolean[],
  wanted: boolean,
): number {
  let best = -1;
  let bestIou = least;
  for (let column = 0; column < columns; column++) {
    const iou = cocoIou[row * columns + column];
    // Of equals the last one wins, as in COCO's own implementation.
    if (iou >= bestIou && ignored[column] === wanted && taken[column] === 0) {
      best = column;
      bestIou = iou;
    }
  }
  return best;
}
