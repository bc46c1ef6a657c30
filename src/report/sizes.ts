import { cocoAreaRanges } from '../metrics/coco-protocol.js';
import type { DetectionEvaluation } from '../metrics/detection-evaluation.js';
import { type MetricValue, percent } from '../metrics/metric-value.js';
import { metricBars } from './charts/bars.js';
import { boxColor, maskColor, rightColor, wrongColor } from './charts/chart.js';
import { histogram } from './charts/histogram.js';
import { type Column, figure, figures, formatCount, html, type Section, section, table } from './html.js';

interface Row {
  readonly name: string;
  readonly objects: number;
  readonly found: MetricValue;
  readonly metrics: readonly (MetricValue | undefined)[];
}

const keys = [
  ['APs', 'ARs'],
  ['APm', 'ARm'],
  ['APl', 'ARl'],
] as const;

/** Metrics of small, medium and large objects. */
export function sizeSection({
  metrics: { coco },
  errors,
}: Pick<DetectionEvaluation, 'metrics' | 'errors'>): Section {
  const { areas, score, geometry } = errors;
  const masks = coco.mask !== null;
  const rows = cocoAreaRanges.slice(1).map(({ name, least, most }, i): Row => {
    const [AP, AR] = keys[i];
    const inside = (area: number) => area >= least && area <= most;
    const found = areas.found.filter(inside).length;
    const objects = found + areas.notFound.filter(inside).length;
    return {
      name,
      objects,
      found: objects === 0 ? null : found / objects,
      metrics: [coco.box[AP], coco.mask?.[AP], coco.box[AR], coco.mask?.[AR]],
    };
  });
  const cell = (i: number, head: string): Column<Row> => ({
    head,
    number: true,
    cell: (row) => percent(row.metrics[i]),
  });
  const series = [
    { name: 'boxes', color: boxColor },
    ...(masks ? [{ name: 'masks', color: maskColor }] : []),
  ];
  const sides = (values: readonly number[]) => values.map(Math.sqrt);
  const edges = sideEdges(sides([...areas.found, ...areas.notFound]));
  return section(
    'sizes',
    'By size',
    html`<p>COCO’s size classes, by area in the original image: small objects have up to 32² pixels, medium ones up to 96².</p>`,
    figures(
      figure(
        metricBars(
          'COCO AP of each size',
          series,
          rows.map((row) => ({
            name: row.name,
            values: row.metrics.slice(0, series.length).map((value) => value ?? null),
          })),
          { label: 'AP, %' },
        ),
      ),
      figure(
        histogram(
          `Objects found by detections that score at least ${score}`,
          [
            { name: 'found', color: rightColor, values: sides(areas.found) },
            { name: 'not found', color: wrongColor, values: sides(areas.notFound) },
          ],
          edges,
          {
            x: `side of a square as large as the ${geometry}, pixels`,
            y: 'objects',
            ticks: edges.filter((_, i) => i % sideSteps === 0),
            logBase: sizeRatio,
          },
        ),
      ),
    ),
    table<Row>(
      `In percent. An object is found by a detection of its class with a score of at least ${score} and IoU ≥ 0.5.`,
      [
        { head: 'size', cell: ({ name }) => name },
        { head: 'objects', number: true, cell: ({ objects }) => formatCount(objects) },
        { head: 'found', number: true, cell: ({ found }) => percent(found) },
        cell(0, 'AP, boxes'),
        ...(masks ? [cell(1, 'AP, masks')] : []),
        cell(2, 'AR, boxes'),
        ...(masks ? [cell(3, 'AR, masks')] : []),
      ],
      rows,
    ),
  );
}

/** Ratio of 96 to 32. */
const sizeRatio = 3;
/** Number of intervals between 32 and 96. */
const sideSteps = 4;

/** Edges of intervals of equal ratio that hold all sides, with 32 and 96 among them. */
function sideEdges(sides: readonly number[]): number[] {
  const power = (side: number) => Math.log(Math.max(side, 1) / 32) / Math.log(sizeRatio);
  const powers = sides.map(power);
  const first = Math.floor(powers.reduce((least, value) => Math.min(least, value), 0));
  const last = Math.floor(powers.reduce((most, value) => Math.max(most, value), 0)) + 1;
  return Array.from(
    { length: (last - first) * sideSteps + 1 },
    (_, i) => 32 * sizeRatio ** (first + i / sideSteps),
  );
}
