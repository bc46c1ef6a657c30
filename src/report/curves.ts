import { meanCurve } from '../metrics/average-precision.js';
import type { ClassCurves, DetectionEvaluation } from '../metrics/detection-evaluation.js';
import type { ErrorSummary } from '../metrics/error-analysis.js';
import { percent } from '../metrics/metric-value.js';
import { bestOperatingPoint, type OperatingPoint, operatingPoints } from '../metrics/operating-points.js';
import { rightColor, wrongColor } from './charts/chart.js';
import { histogram } from './charts/histogram.js';
import { lineChart } from './charts/lines.js';
import { precisionRecallChart } from './charts/precision-recall.js';
import { figure, figures, formatCount, html, quantity, type Section, section, table } from './html.js';

/** Greatest number of classes whose curves are shown at once; those of more are folded away. */
const openClasses = 30;

/** Precision over recall: the mean over the classes, then each class. */
export function curveSection({
  curves: { box, mask },
  metrics,
}: Pick<DetectionEvaluation, 'curves' | 'metrics'>): Section {
  const names = Object.keys(box).filter((name) => box[name] !== null || mask?.[name]);
  const mean = precisionRecallChart(
    'mean over the classes',
    { boxes: meanOf(box), masks: meanOf(mask) },
    'large',
  );
  const each = names.map((name) =>
    figure({
      ...precisionRecallChart(name, { boxes: box[name], masks: mask?.[name] ?? null }, 'small'),
      title: `${name}: ${[metrics.perClass[name].AP_d, ...(mask ? [metrics.perClass[name].AP_m] : [])].map(percent).join(' / ')}`,
      legend: [],
    }),
  );
  return section(
    'curves',
    'Precision and recall',
    html`<p>At IoU ≥ 0.5 by VOC’s rule. The area under a class’s curve is its AP_d or AP_m. The area under the mean
curve is their mean.</p>`,
    html`<div class="curves">${figure(mean)}<details ${names.length <= openClasses ? 'open' : ''}><summary>Each class, with AP_d${mask ? ' / AP_m' : ''}</summary>
<div class="multiples">${each}</div></details></div>`,
  );
}

function meanOf(curves: ClassCurves | null) {
  return curves === null ? null : meanCurve(Object.values(curves));
}

const twentieths = Array.from({ length: 21 }, (_, i) => i / 20);

/** Precision and recall over the least score of detections. */
export function scoreSection(errors: ErrorSummary): Section {
  const { scores, geometry } = errors;
  const detections = scores.correct.length + scores.wrong.length;
  if (detections === 0) return section('scores', 'By score', html`<p>There are no detections.</p>`);
  const best = bestOperatingPoint(errors);
  const points = operatingPoints(errors, twentieths);
  const line = (name: string, key: 'precision' | 'recall' | 'f1') => ({
    name,
    points: points.flatMap(({ score, [key]: value }) => (value === null ? [] : [{ x: score, y: value }])),
  });
  return section(
    'scores',
    'By score',
    html`<p>Precision and recall of the detections from a least score on (all classes together, ${geometry === 'mask' ? 'masks' : 'boxes'},
IoU ≥ 0.5). They help to choose the <code>--score</code> of <code>atto predict</code>. ${
      best
        ? html`F1 is highest, ${percent(best.f1)} %, at a score of <strong>${best.score.toFixed(2)}</strong>. There, ${quantity(best.detections, 'detection')} have a precision of ${percent(best.precision)} % and a recall of ${percent(best.recall)} %.`
        : html`None of the ${quantity(detections, 'detection')} is correct.`
    }</p>`,
    figures(
      figure(
        lineChart(
          'Precision, recall and F1 over the least score',
          [line('precision', 'precision'), line('recall', 'recall'), line('F1', 'f1')],
          { x: 'least score', y: '', most: 1 },
        ),
      ),
      figure(
        histogram(
          'Scores of correct and wrong detections',
          [
            { name: 'correct', color: rightColor, values: scores.correct },
            { name: 'wrong', color: wrongColor, values: scores.wrong },
          ],
          twentieths,
          { x: 'score', y: 'detections', ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] },
        ),
      ),
      table<OperatingPoint>(
        'In percent',
        [
          { head: 'least score', cell: ({ score }) => score.toFixed(2) },
          { head: 'detections', number: true, cell: (point) => formatCount(point.detections) },
          { head: 'precision', number: true, cell: ({ precision }) => percent(precision) },
          { head: 'recall', number: true, cell: ({ recall }) => percent(recall) },
          { head: 'F1', number: true, cell: ({ f1 }) => percent(f1) },
        ],
        operatingPoints(errors, [0.05, 0.1, 0.3, 0.5, 0.7, 0.9]),
      ),
    ),
  );
}
