import type { Figure } from '../metrics/metrics.js';

/** What a classifier achieves and what it costs. */
export interface Efficiency {
  /** Share of the images whose class it names first, 0 to 1. */
  readonly top1: number;
  /** Number of its parameters. */
  readonly parameters: number;
  /** Multiply-adds for one image. */
  readonly multiplyAdds: number;
}

/** How much accuracy, parameters and multiply-adds weigh: those of Section 4.1's reference. */
const alpha = 2;
const beta = 0.5;
const gamma = 0.5;

/**
 * NetScore (Wong 2018): 20 · log10(a^α / (p^β · m^γ)) with α = 2 and β = γ = 0.5, where a is the top-1 accuracy in
 * percent, p the parameters in millions and m the multiply-adds in billions. In these units it gives Table 2's last
 * column from its others to 0.01.
 *
 * @returns the score, higher for a better trade; null for a network that is never right, which has no logarithm
 */
export function netScore({ top1, parameters, multiplyAdds }: Efficiency): Figure {
  if (top1 === 0) return null;
  const a = 100 * top1;
  const p = parameters / 1e6;
  const m = multiplyAdds / 1e9;
  return 20 * Math.log10(a ** alpha / (p ** beta * m ** gamma));
}
