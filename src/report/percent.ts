import type { Figure } from '../metrics/metrics.js';

/** In percent with one decimal; a dash where the figure is undefined or wasn't asked for. */
export function percent(figure: Figure | undefined): string {
  return figure === null || figure === undefined ? '–' : (100 * figure).toFixed(1);
}
