import { outcomes } from './average-precision.js';
import type { Overlaps } from './overlaps.js';

/**
 * The devkit's rule, for one class in one image. Each detection is compared with the truth that it covers best,
 * whether that was found before or not: below the threshold it is a false positive, on an ignored truth it is
 * ignored, on one that a higher score has found already a false positive. MNC and FCIS use the same for masks.
 *
 * @param overlaps rows by falling score
 * @param ignored which truths are neither to be found nor held against a detection: difficult ones, and crowds
 * @param threshold least IoU of a match
 * @returns an outcome for each detection
 */
export function matchBest(
  { rows, columns, iou }: Overlaps,
  ignored: readonly boolean[],
  threshold: number,
): Uint8Array {
  const result = new Uint8Array(rows);
  const found = new Uint8Array(columns);
  for (let row = 0; row < rows; row++) {
    let best = -1;
    let bestIou = 0;
    for (let column = 0; column < columns; column++) {
      if (iou[row * columns + column] > bestIou) {
        best = column;
        bestIou = iou[row * columns + column];
      }
    }
    if (best < 0 || bestIou < threshold) continue;
    if (ignored[best]) {
      result[row] = outcomes.ignored;
    } else if (found[best] === 0) {
      found[best] = 1;
      result[row] = outcomes.truePositive;
    }
  }
  return result;
}

/**
 * The rule of AP^r (simultaneous detection and segmentation), for one class in one image: each detection is compared
 * with the truth that it covers best among those not found yet, and must cover it by more than the threshold.
 *
 * @param overlaps rows by falling score
 * @param ignored which truths aren't to be found: crowds
 * @returns an outcome for each detection
 */
export function matchBestUncovered(
  { rows, columns, iou }: Overlaps,
  ignored: readonly boolean[],
  threshold: number,
): Uint8Array {
  const result = new Uint8Array(rows);
  const found = new Uint8Array(columns);
  for (let row = 0; row < rows; row++) {
    let best = -1;
    let bestIou = threshold;
    for (let column = 0; column < columns; column++) {
      if (found[column] === 0 && iou[row * columns + column] > bestIou) {
        best = column;
        bestIou = iou[row * columns + column];
      }
    }
    if (best < 0) continue;
    if (ignored[best]) {
      result[row] = outcomes.ignored;
    } else {
      found[best] = 1;
      result[row] = outcomes.truePositive;
    }
  }
  return result;
}
