/**
 * Indices of the `k` largest numbers by falling value, equal ones by rising index; all of them when there are fewer.
 * What isn't a number comes last.
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
