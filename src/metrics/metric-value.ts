/**
 * A metric from 0 to 1, unrounded; null where the protocol leaves it undefined: where there is no ground-truth object to
 * be found.
 */
export type MetricValue = number | null;

/** Mean of the values that are defined; null where none is. */
export function meanOfDefined(values: Iterable<MetricValue>): MetricValue {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value === null) continue;
    sum += value;
    count++;
  }
  return count === 0 ? null : sum / count;
}

/** Percentage with one decimal; a dash where the metric is undefined or wasn't asked for. */
export function percent(value: MetricValue | undefined): string {
  return value === null || value === undefined ? '–' : (100 * value).toFixed(1);
}
