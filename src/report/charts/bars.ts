import * as Plot from '@observablehq/plot';
import { type MetricValue, percent } from '../../metrics/metric-value.js';
import { baseline, type Chart, chartWidth, type LegendEntry, legendOf, render } from './chart.js';

/** One row of a chart of bars: a metric for each series. */
interface BarRow {
  readonly name: string;
  readonly values: readonly MetricValue[];
}

/**
 * Horizontal bars of metrics from 0 to 1, in percent: rows in the order given, with a bar for each series.
 *
 * @param series names and colors of the rows' values, in their order
 * @param options `label`: name of the values; `most`: end of the axis, 1 by default
 */
export function metricBars(
  title: string,
  series: readonly LegendEntry[],
  rows: readonly BarRow[],
  { label, most = 1 }: { readonly label: string; readonly most?: number },
): Chart {
  const bars = rows.flatMap(({ name, values }) =>
    values.map((value, i) => ({
      row: name,
      series: series[i].name,
      percent: 100 * (value ?? 0),
      label: percent(value),
      color: series[i].color,
    })),
  );
  const longest = Math.max(0, ...rows.map(({ name }) => name.length));
  const place = { x: 'percent', y: 'series', fy: 'row' } as const;
  const svg = render(title, {
    width: chartWidth,
    marginTop: 4,
    marginLeft: Math.min(150, 16 + 7 * longest),
    marginRight: 40,
    marginBottom: 36,
    height: 46 + rows.length * (12 + 16 * series.length),
    x: { domain: [0, 100 * most], label, labelArrow: 'none', grid: true, ticks: 5 },
    y: { axis: null, domain: series.map(({ name }) => name) },
    fy: { domain: rows.map(({ name }) => name), label: null, padding: 0.2 },
    marks: [
      Plot.barX(bars, { ...place, fill: 'color', rx2: 2, insetTop: 0.5, insetBottom: 0.5 }),
      Plot.text(bars, {
        ...place,
        text: 'label',
        textAnchor: 'start',
        dx: 5,
        fontSize: 12,
        fontVariant: 'tabular-nums',
      }),
      Plot.ruleX([0], baseline),
    ],
  });
  return { title, svg, legend: legendOf(series) };
}
