import { type Boxes, boxArea } from './box-iou.js';

/** Indices by falling score; equal scores keep their order. */
export function orderByScore(scores: Float32Array): Int32Array {
  return Int32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
}

/**
 * Greedy non-maximum suppression: takes boxes by falling score and drops those that overlap a box taken before by an
 * IoU above `threshold`.
 *
 * @param boxes `[N · 4]`
 * @param scores `[N]`
 * @param limit of how many boxes stay: whoever wants the best few needn't wait for the rest
 * @returns indices of the boxes that stay, by falling score
 */
export function nonMaximumSuppression(
  boxes: Boxes,
  scores: Float32Array,
  threshold: number,
  limit: number,
): Int32Array {
  const order = orderByScore(scores);
  const n = order.length;
  // In order of score and one array a side, the inner loop below reads memory in sequence.
  const x1 = new Float32Array(n);
  const y1 = new Float32Array(n);
  const x2 = new Float32Array(n);
  const y2 = new Float32Array(n);
  const area = new Float32Array(n);
  for (let rank = 0; rank < n; rank++) {
    const i = order[rank];
    x1[rank] = boxes[4 * i];
    y1[rank] = boxes[4 * i + 1];
    x2[rank] = boxes[4 * i + 2];
    y2[rank] = boxes[4 * i + 3];
    area[rank] = boxArea(boxes, i);
  }
  const suppressed = new Uint8Array(n);
  const kept = new Int32Array(n);
  let count = 0;
  for (let a = 0; a < n && count < limit; a++) {
    if (suppressed[a]) continue;
    kept[count++] = order[a];
    const [left, top, right, bottom, size] = [x1[a], y1[a], x2[a], y2[a], area[a]];
    for (let b = a + 1; b < n; b++) {
      const width = Math.min(right, x2[b]) - Math.max(left, x1[b]);
      if (width <= 0) continue;
      const height = Math.min(bottom, y2[b]) - Math.max(top, y1[b]);
      if (height <= 0) continue;
      const intersection = width * height;
      if (intersection > threshold * (size + area[b] - intersection)) suppressed[b] = 1;
    }
  }
  return kept.subarray(0, count);
}
