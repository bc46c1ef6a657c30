import * as Plot from '@observablehq/plot';
import { baseline, type Chart, chartHeight, chartWidth, legendOf, render } from './chart.js';

/** Numbers of one kind, such as the scores of the correct detections. */
interface Distribution {
  readonly name: string;
  readonly color: string;
  readonly values: readonly number[];
}

interface HistogramAxes {
  readonly x: string;
  readonly y: string;
  /** Ticks of x. */
  readonly ticks: readonly number[];
  /** Base of the logarithm by which x is scaled; linear without it. */
  readonly logBase?: number;
}

/**
 * Counts of numbers between `edges` (at least two, rising), kinds stacked on each other; numbers outside are left out.
 */
export function histogram(
  title: string,
  distributions: readonly Distribution[],
  edges: readonly number[],
  { x, y, ticks, logBase }: HistogramAxes,
): Chart {
  const counts = distributions.map(({ values }) => countBetween(values, edges));
  const bars = distributions.flatMap(({ color }, i) =>
    counts[i].map((count, bin) => ({ from: edges[bin], to: edges[bin + 1], count, color })),
  );
  const heights = edges.slice(1).map((_, bin) => counts.reduce((sum, each) => sum + each[bin], 0));
  const svg = render(title, {
    width: chartWidth,
    height: chartHeight,
    marginLeft: 44,
    marginBottom: 36,
    x: {
      label: x,
      labelArrow: 'none',
      ...(logBase === undefined ? { type: 'linear' } : { type: 'log', base: logBase }),
      domain: [edges[0], edges[edges.length - 1]],
      ticks: [...ticks],
      tickFormat: (value: number) => String(logBase === undefined ? value : Math.round(value)),
    },
    y: {
      label: y,
      labelArrow: 'none',
      grid: true,
      ticks: 5,
      tickFormat: '~s',
      domain: [0, Math.max(1, ...heights)],
      nice: true,
    },
    marks: [
      Plot.rectY(
        bars,
        Plot.stackY({ x1: 'from', x2: 'to', y: 'count', fill: 'color', insetLeft: 0.5, insetRight: 0.5 }),
      ),
      Plot.ruleY([0], baseline),
    ],
  });
  return { title, svg, legend: legendOf(distributions) };
}

/** Number of values in each interval; the last one includes its upper edge. */
export function countBetween(values: readonly number[], edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (const value of values) {
    const bin =
      value === edges[edges.length - 1] ? counts.length - 1 : edges.findLastIndex((edge) => value >= edge);
    if (bin >= 0 && bin < counts.length) counts[bin]++;
  }
  return counts;
}
