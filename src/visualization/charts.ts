import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { type PrecisionRecall, precisionEnvelope } from '../metrics/average-precision.js';
import type { Figure } from '../metrics/metrics.js';

/** A chart for a page: its SVG takes text and axes in the colour of the text around it. */
export interface Chart {
  readonly title: string;
  /** `<svg>…</svg>`, with a description for those who can't see it. */
  readonly svg: string;
  /** What the colours mean; empty where there is only one. */
  readonly legend: readonly LegendEntry[];
}

export interface LegendEntry {
  readonly name: string;
  readonly colour: string;
}

/** Colours of series, legible (WCAG 2: a contrast of at least 3) on white and on nearly black. */
export const chartColours = ['#2b82d9', '#d9730d', '#12936f', '#c2459b', '#8a63e8', '#8f7a14'] as const;

/** Width of a chart in units of its own; text is 13 units high, so that a phone's width leaves it legible. */
const chartWidth = 480;
const smallWidth = 220;

/** Precision over recall of one class, for boxes and masks; null where there is no truth to be found. */
export function precisionRecallChart(
  title: string,
  curves: { readonly boxes: PrecisionRecall | null; readonly masks: PrecisionRecall | null },
): Chart {
  const series = [
    { name: 'boxes', colour: chartColours[0], points: steps(curves.boxes) },
    { name: 'masks', colour: chartColours[1], points: steps(curves.masks) },
  ];
  const svg = render(`Precision over recall: ${title}`, {
    width: smallWidth,
    height: 180,
    marginLeft: 34,
    marginBottom: 34,
    x: { ...unitScale, label: 'recall' },
    y: { ...unitScale, label: 'precision' },
    marks: [
      Plot.ruleX([0], { strokeOpacity: 0.4 }),
      Plot.ruleY([0], { strokeOpacity: 0.4 }),
      ...series.map(({ colour, points }) =>
        Plot.line(points, { x: 'x', y: 'y', stroke: colour, strokeWidth: 2, clip: true }),
      ),
      ...(curves.boxes === null && curves.masks === null
        ? [Plot.text(['nothing to be found'], { x: 0.5, y: 0.5, fillOpacity: 0.7 })]
        : []),
    ],
  });
  return { title, svg, legend: legendOf(series) };
}

const unitScale = {
  domain: [0, 1],
  ticks: [0, 0.5, 1],
  tickFormat: '.1~f',
  grid: true,
  labelArrow: 'none',
} as const;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The envelope that the average precision is the area under, corner by corner. */
function steps(curve: PrecisionRecall | null): Point[] {
  if (curve === null) return [];
  const { recall, precision } = curve;
  const envelope = precisionEnvelope(precision);
  const corners: Point[] = [];
  let reached = 0;
  for (let i = 0; i < recall.length; i++) {
    if (envelope[i] === envelope[i + 1]) continue;
    corners.push({ x: reached, y: envelope[i] }, { x: recall[i], y: envelope[i] });
    reached = recall[i];
  }
  return [...corners, { x: reached, y: 0 }];
}

/** One row of a chart of bars: a figure for each series. */
export interface FigureRow {
  readonly name: string;
  readonly figures: readonly Figure[];
}

/**
 * Horizontal bars of figures from 0 to 1, in percent: rows in the order given, with a bar for each series.
 *
 * @param series names of the rows' figures
 */
export function figureBars(title: string, series: readonly string[], rows: readonly FigureRow[]): Chart {
  const bars = rows.flatMap(({ name, figures }) =>
    figures.map((figure, i) => ({
      row: name,
      series: series[i],
      percent: figure === null ? 0 : 100 * figure,
      label: figure === null ? '–' : (100 * figure).toFixed(1),
      colour: chartColours[i],
    })),
  );
  const longest = Math.max(0, ...rows.map(({ name }) => name.length));
  const svg = render(title, {
    width: chartWidth,
    marginTop: 8,
    marginLeft: Math.min(170, 20 + 7 * longest),
    marginRight: 44,
    height: 48 + rows.length * (10 + 16 * series.length),
    x: { domain: [0, 100], label: '%', labelArrow: 'none', grid: true, ticks: 5 },
    y: { axis: null, domain: series },
    fy: { domain: rows.map(({ name }) => name), label: null, padding: 0.12 },
    marks: [
      Plot.barX(bars, {
        x: 'percent',
        y: 'series',
        fy: 'row',
        fill: 'colour',
        rx2: 2,
        insetTop: 0.5,
        insetBottom: 0.5,
      }),
      Plot.text(bars, {
        x: 'percent',
        y: 'series',
        fy: 'row',
        text: 'label',
        textAnchor: 'start',
        dx: 5,
        fontSize: 12,
        fontVariant: 'tabular-nums',
      }),
      Plot.ruleX([0], { strokeOpacity: 0.4 }),
    ],
  });
  return { title, svg, legend: legendOf(series.map((name, i) => ({ name, colour: chartColours[i] }))) };
}

/** Numbers of one kind, such as the scores of the correct detections. */
export interface Distribution {
  readonly name: string;
  readonly values: ArrayLike<number>;
}

/**
 * How often numbers fall between `edges` (at least two, rising), kinds stacked on each other; what lies outside is left
 * out.
 *
 * @param axes their labels, and whether x is logarithmic
 */
export function histogram(
  title: string,
  distributions: readonly Distribution[],
  edges: readonly number[],
  axes: { readonly x: string; readonly y: string; readonly logarithmic?: boolean },
): Chart {
  const { logarithmic = false } = axes;
  const bars = distributions.flatMap(({ values }, i) =>
    countBetween(values, edges).map((count, bin) => ({
      from: edges[bin],
      to: edges[bin + 1],
      count,
      colour: chartColours[i],
    })),
  );
  const svg = render(title, {
    width: chartWidth,
    height: 260,
    marginLeft: 52,
    marginBottom: 38,
    x: {
      label: axes.x,
      labelArrow: 'none',
      type: logarithmic ? 'log' : 'linear',
      ...(logarithmic ? { ticks: everyFew(edges), tickFormat: 'd' } : {}),
    },
    y: { label: axes.y, labelArrow: 'none', grid: true, ticks: 5, tickFormat: '~s' },
    marks: [
      Plot.rectY(
        bars,
        Plot.stackY({ x1: 'from', x2: 'to', y: 'count', fill: 'colour', insetLeft: 0.5, insetRight: 0.5 }),
      ),
      Plot.ruleY([0], { strokeOpacity: 0.4 }),
    ],
  });
  return {
    title,
    svg,
    legend: legendOf(distributions.map(({ name }, i) => ({ name, colour: chartColours[i] }))),
  };
}

/** At most eight of the edges, at equal distances. */
function everyFew(edges: readonly number[]): number[] {
  const stride = Math.ceil(edges.length / 8);
  return edges.filter((_, i) => i % stride === 0);
}

/** How many values lie in each interval; the last one includes its upper edge. */
function countBetween(values: ArrayLike<number>, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (const value of Array.from(values)) {
    const bin =
      value === edges[edges.length - 1] ? counts.length - 1 : edges.findLastIndex((edge) => value >= edge);
    if (bin >= 0 && bin < counts.length) counts[bin]++;
  }
  return counts;
}

/** Numbers over the steps of a run. */
export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

/**
 * Lines over the steps of a run.
 *
 * @param options `smooth`: draws running means, and behind the first series its values; the axis leaves out the few
 * largest values, which the first steps have
 */
export function lineChart(
  title: string,
  series: readonly Series[],
  { label, smooth = false }: { readonly label: string; readonly smooth?: boolean },
): Chart {
  const lines = series.map(({ name, points }, i) => ({
    name,
    colour: chartColours[i % chartColours.length],
    points: smooth ? thinOut(runningMeans(points)) : thinOut(points),
    marker: !smooth && points.length < 30,
  }));
  const behind = smooth && series.length > 0 ? thinOut(series[0].points) : [];
  const largest = Math.max(...lines.flatMap(({ points }) => points.map(({ y }) => y)));
  const shown = smooth
    ? quantile(
        behind.map(({ y }) => y),
        0.98,
      )
    : largest;
  const svg = render(title, {
    width: chartWidth,
    height: 260,
    marginLeft: 58,
    marginBottom: 38,
    x: { label: 'step', labelArrow: 'none', tickFormat: '~s', ticks: 6 },
    y: {
      label,
      labelArrow: 'none',
      grid: true,
      ticks: 5,
      domain: [0, shown > 0 ? shown * 1.05 : 1],
      tickFormat: '~g',
    },
    marks: [
      Plot.ruleY([0], { strokeOpacity: 0.4 }),
      Plot.line(behind, {
        x: 'x',
        y: 'y',
        stroke: chartColours[0],
        strokeOpacity: 0.3,
        strokeWidth: 1,
        clip: true,
      }),
      ...lines.map(({ colour, points, marker }) =>
        Plot.line(points, {
          x: 'x',
          y: 'y',
          stroke: colour,
          strokeWidth: 2,
          clip: !marker,
          ...(marker ? { marker: 'circle' as const } : {}),
        }),
      ),
    ],
  });
  return { title, svg, legend: legendOf(lines) };
}

/** Means over windows of a fiftieth of the points, centred. */
function runningMeans(points: readonly Point[]): Point[] {
  const reach = Math.floor(points.length / 100);
  const sums = new Float64Array(points.length + 1);
  for (const [i, { y }] of points.entries()) sums[i + 1] = sums[i] + y;
  return points.map(({ x }, i) => {
    const from = Math.max(0, i - reach);
    const to = Math.min(points.length, i + reach + 1);
    return { x, y: (sums[to] - sums[from]) / (to - from) };
  });
}

/** At most about 500 of the points, the last one among them: a chart has no room for more. */
function thinOut(points: readonly Point[]): Point[] {
  const stride = Math.ceil(points.length / 500);
  return points.filter((_, i) => i % stride === 0 || i === points.length - 1);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0 ? 0 : sorted[Math.floor(share * (sorted.length - 1))];
}

function legendOf(series: readonly LegendEntry[]): LegendEntry[] {
  return series.length < 2 ? [] : series.map(({ name, colour }) => ({ name, colour }));
}

/** What is used of a DOM's element; Node has no types of the DOM. */
interface Element {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
}

function render(description: string, options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg: Element = Plot.plot({ document, style: { fontSize: '13px' }, ...options });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', description);
  return svg.outerHTML;
}
