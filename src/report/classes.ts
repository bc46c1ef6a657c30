import type { DetectionMetrics } from '../metrics/detection-metrics.js';
import { type MetricValue, percent } from '../metrics/metric-value.js';
import { type Column, formatCount, type Html, html, type Section, section, table } from './html.js';

interface Row {
  readonly name: string;
  readonly truths: number;
  readonly detections: number;
  readonly AP_d: MetricValue;
  readonly AP_m: MetricValue;
  readonly coco: MetricValue | undefined;
}

/** Metrics of each class, best first. */
export function classSection(metrics: DetectionMetrics): Section {
  const masks = metrics.coco.mask !== null;
  const coco = metrics.coco.mask ?? metrics.coco.box;
  const rows = Object.entries(metrics.perClass)
    .map(([name, { truths, detections, AP_d, AP_m }]) => ({
      name,
      truths,
      detections,
      AP_d,
      AP_m,
      coco: coco.perClass[name]?.AP,
    }))
    .sort((a, b) => order(b.AP_m) - order(a.AP_m) || order(b.AP_d) - order(a.AP_d));
  const sum = (key: 'truths' | 'detections') => rows.reduce((total, row) => total + row[key], 0);
  const total: Row = {
    name: 'total, mean',
    truths: sum('truths'),
    detections: sum('detections'),
    AP_d: metrics.AP_d,
    AP_m: metrics.AP_m,
    coco: coco.AP,
  };
  const columns: readonly Column<Row>[] = [
    { head: 'class', cell: ({ name }) => name },
    { head: 'objects', number: true, cell: ({ truths }) => formatCount(truths) },
    { head: html`detec­tions`, number: true, cell: ({ detections }) => formatCount(detections) },
    { head: 'AP_d', number: true, cell: ({ AP_d }) => meter(AP_d, 'boxes') },
    ...(masks
      ? [{ head: 'AP_m', number: true, cell: ({ AP_m }: Row) => meter(AP_m, 'masks') } satisfies Column<Row>]
      : []),
    {
      head: html`COCO AP<small>${masks ? 'masks' : 'boxes'}</small>`,
      number: true,
      cell: (row) => percent(row.coco),
    },
  ];
  return section(
    'classes',
    'By class',
    table('Best first, in percent. Detections are counted whatever their score.', columns, rows, total),
  );
}

/** Undefined metrics come last. */
function order(value: MetricValue): number {
  return value ?? -1;
}

/** A metric with a bar of its length. */
function meter(value: MetricValue, kind: 'boxes' | 'masks'): Html {
  const width = ((value ?? 0) * 100).toFixed(1);
  return html`<span class="meter ${kind}"><span style="width:${width}%"></span></span><span class="value">${percent(value)}</span>`;
}
