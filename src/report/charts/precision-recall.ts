import * as Plot from '@observablehq/plot';
import { type PrecisionRecall, precisionEnvelope } from '../../metrics/average-precision.js';
import { baseline, boxColor, type Chart, chartWidth, legendOf, maskColor, render } from './chart.js';
import type { ChartPoint } from './lines.js';

/** Curves of boxes and masks; null where there is no object to be found. */
interface BoxAndMaskCurves {
  readonly boxes: PrecisionRecall | null;
  readonly masks: PrecisionRecall | null;
}

const sizes = {
  small: { width: 200, height: 170, marginLeft: 32, marginBottom: 32 },
  large: { width: chartWidth, height: 300, marginLeft: 40, marginBottom: 36 },
} as const;

/** Precision over recall. */
export function precisionRecallChart(
  title: string,
  { boxes, masks }: BoxAndMaskCurves,
  size: keyof typeof sizes,
): Chart {
  // Where both run together, both are seen.
  const series = [
    ...(boxes === null ? [] : [{ name: 'boxes', color: boxColor, width: 3.5, points: steps(boxes) }]),
    ...(masks === null ? [] : [{ name: 'masks', color: maskColor, width: 1.75, points: steps(masks) }]),
  ];
  const scale = {
    domain: [0, 1],
    ticks: size === 'small' ? [0, 0.5, 1] : [0, 0.2, 0.4, 0.6, 0.8, 1],
    tickFormat: '.1~f',
    grid: true,
    labelArrow: 'none',
  } as const;
  const svg = render(`Precision over recall: ${title}`, {
    ...sizes[size],
    x: { ...scale, label: 'recall' },
    y: { ...scale, label: 'precision' },
    marks: [
      Plot.ruleX([0], baseline),
      Plot.ruleY([0], baseline),
      ...series.map(({ color, points, width }) =>
        Plot.line(points, { x: 'x', y: 'y', stroke: color, strokeWidth: width }),
      ),
      ...(series.length === 0 ? [Plot.text(['nothing to be found'], { x: 0.5, y: 0.5 })] : []),
    ],
  });
  return { title, svg, legend: legendOf(series) };
}

/** Smaller falls of the envelope can't be seen. */
const leastFall = 1 / 400;

/** Envelope, whose area is the average precision, corner by corner. */
function steps({ recall, precision }: PrecisionRecall): ChartPoint[] {
  const envelope = precisionEnvelope(precision);
  const corners: ChartPoint[] = [];
  let reached = 0;
  let level = envelope[0];
  for (let i = 0; i < recall.length; i++) {
    const next = i + 1 < recall.length ? envelope[i + 1] : Number.NEGATIVE_INFINITY;
    if (level - next < leastFall) continue;
    corners.push({ x: reached, y: level }, { x: recall[i], y: level });
    reached = recall[i];
    level = next;
  }
  return [...corners, { x: reached, y: 0 }].map(({ x, y }) => ({ x: round(x), y: round(y) }));
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
