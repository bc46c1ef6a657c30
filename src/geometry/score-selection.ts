import { type Boxes, boxArea } from './boxes.js';

/**
 * Finds the `k` largest numbers: their indices by falling value, equal ones by rising index; all of them when there
 * are fewer. What isn't a number comes last.
 */
export function topK(numbers: Float32Array, k: number): Int32Array {
  const values = numbers.map((value) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value));
  const byValue = (a: number, b: number): number => values[b] - values[a] || a - b;
  if (values.length <= k) return Int32Array.from(values.keys()).sort(byValue);
  const smallest = kthLargest(values.slice(), k);
  const chosen = new Int32Array(k);
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > smallest) chosen[count++] = i;
  for (let i = 0; count < k; i++) if (values[i] === smallest) chosen[count++] = i;
  return chosen.sort(byValue);
}

/** Quickselect; reorders `values`. */
function kthLargest(values: Float32Array, k: number): number {
  let from = 0;
  let to = values.length - 1;
  while (from < to) {
    const pivot = values[(from + to) >>> 1];
    let i = from;
    let j = to;
    while (i <= j) {
      while (values[i] > pivot) i++;
      while (values[j] < pivot) j--;
      if (i <= j) {
        const value = values[i];
        values[i++] = values[j];
        values[j--] = value;
      }
    }
    // Now from … j hold the larger values, i … to the smaller ones, and anything between equals the pivot.
    if (k - 1 <= j) to = j;
    else if (k - 1 >= i) from = i;
    else return pivot;
  }
  return values[k - 1];
}

/**
 * Greedy non-maximum suppression: takes boxes by falling score and drops those that overlap a box taken before by an
 * IoU above `threshold`.
 *
 * @param boxes `[N · 4]`
 * @param scores `[N]`
 * @param limit largest number of boxes that stay: whoever wants the best few needn't wait for the rest
 * @returns indices of the boxes that stay, by falling score
 */
export function nonMaximumSuppression(
  boxes: Boxes,
  scores: Float32Array,
  threshold: number,
  limit: number,
): Int32Array {
  const order = topK(scores, scores.length);
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
