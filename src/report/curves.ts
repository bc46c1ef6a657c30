import { meanCurve } from '../metrics/average-precision.js';
import type { Curves } from '../metrics/evaluate.js';
import { precisionRecallChart } from './charts/precision-recall.js';
import { html } from './html.js';
import { figure, type Section, section } from './parts.js';
import { percent } from './percent.js';
import type { ReportedEvaluation } from './report-data.js';

/** So many classes' curves are shown at once; those of more are folded away. */
const openClasses = 30;

/** Precision over recall: the mean over the classes, then each class. */
export function curveSection({ curves: { box, mask }, metrics }: ReportedEvaluation): Section {
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
    html`<p>At IoU ≥ 0.5 by VOC’s rule. The area under a curve is the class’s AP_d or AP_m, that under the mean curve
their mean.</p>`,
    html`<div class="curves">${figure(mean)}<details ${names.length <= openClasses ? 'open' : ''}><summary>Each class, with AP_d${mask ? ' / AP_m' : ''}</summary>
<div class="multiples">${each}</div></details></div>`,
  );
}

function meanOf(curves: Curves | null) {
  return curves === null ? null : meanCurve(Object.values(curves));
}
