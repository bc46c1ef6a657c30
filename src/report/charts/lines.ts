import * as Plot from '@observablehq/plot';
import { baseline, type Chart, chartColors, chartHeight, chartWidth, legendOf, render } from './chart.js';

/** A point of a chart, in units of the data. */
export interface ChartPoint {
  readonly x: number;
  readonly y: number;
}

/** Numbers over others, such as losses over the steps of a run. */
interface Series {
  readonly name: string;
  /** By rising x. */
  readonly points: readonly ChartPoint[];
}

interface LineAxes {
  readonly x: string;
  readonly y: string;
  /** End of y; by default above the highest point. */
  readonly most?: number;
}

/** Lines; with markers where there are few points. */
export function lineChart(title: string, series: readonly Series[], axes: LineAxes): Chart {
  const lines = colored(series.map(({ name, points }) => ({ name, points: thinOut(points) })));
  const most = axes.most ?? largest(lines.flatMap(({ points }) => points)) * 1.05;
  const few = lines.every(({ points }) => points.length < 30);
  const svg = render(title, {
    ...layout(axes, most),
    marks: [
      Plot.ruleY([0], baseline),
      ...lines.map(({ color, points }) =>
        Plot.line(points, {
          x: 'x',
          y: 'y',
          stroke: color,
          strokeWidth: 2,
          ...(few ? { marker: 'dot' as const } : {}),
        }),
      ),
    ],
  });
  return { title, svg, legend: legendOf(lines) };
}

/**
 * Noisy lines as running means, with the values of the first one behind them. The axis leaves out the few largest
 * values, those of the first steps.
 */
export function smoothChart(title: string, series: readonly Series[], axes: LineAxes): Chart {
  const lines = colored(series.map(({ name, points }) => ({ name, points: thinOut(runningMeans(points)) })));
  const behind = series.length > 0 ? thinOut(series[0].points) : [];
  const most = quantile(
    behind.map(({ y }) => y),
    0.98,
  );
  const svg = render(title, {
    ...layout(axes, most * 1.05),
    marks: [
      Plot.ruleY([0], baseline),
      Plot.line(behind, {
        x: 'x',
        y: 'y',
        stroke: chartColors[0],
        strokeOpacity: 0.3,
        strokeWidth: 1,
        clip: true,
      }),
      ...lines.map(({ color, points }) =>
        Plot.line(points, { x: 'x', y: 'y', stroke: color, strokeWidth: 2, clip: true }),
      ),
    ],
  });
  return { title, svg, legend: legendOf(lines) };
}

function colored<T>(series: readonly T[]): (T & { readonly color: string })[] {
  return series.map((each, i) => ({ ...each, color: chartColors[i % chartColors.length] }));
}

function layout({ x, y }: LineAxes, most: number): Plot.PlotOptions {
  return {
    width: chartWidth,
    height: chartHeight,
    marginLeft: 44,
    marginBottom: 36,
    x: { label: x, labelArrow: 'none', tickFormat: '~s', ticks: 6 },
    y: {
      label: y,
      labelArrow: 'none',
      grid: true,
      ticks: 5,
      domain: [0, most > 0 ? most : 1],
      tickFormat: (value: number) => String(Number(value.toPrecision(6))),
    },
  };
}

/** Means over windows of a fiftieth of the points, centered. */
function runningMeans(points: readonly ChartPoint[]): ChartPoint[] {
  const reach = Math.floor(points.length / 100);
  const sums = new Float64Array(points.length + 1);
  for (const [i, { y }] of points.entries()) sums[i + 1] = sums[i] + y;
  return points.map(({ x }, i) => {
    const from = Math.max(0, i - reach);
    const to = Math.min(points.length, i + reach + 1);
    return { x, y: (sums[to] - sums[from]) / (to - from) };
  });
}

/** Keeps at most about 300 of the points, the last one among them: a chart has no room for more. */
function thinOut(points: readonly ChartPoint[]): ChartPoint[] {
  const stride = Math.ceil(points.length / 300);
  return points
    .filter((_, i) => i % stride === 0 || i === points.length - 1)
    .map(({ x, y }) => ({ x, y: Number(y.toPrecision(5)) }));
}

function largest(points: readonly ChartPoint[]): number {
  return points.reduce((most, { y }) => Math.max(most, y), 0);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0 ? 0 : sorted[Math.floor(share * (sorted.length - 1))];
}
