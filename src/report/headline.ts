import type { Figure, Metrics } from '../metrics/metrics.js';
import { dataName, isPapersData } from './data-name.js';
import { type Html, html } from './html.js';
import { type Section, scrollable, section, table } from './parts.js';
import { percent } from './percent.js';
import { type PublishedDetector, publishedDetectors } from './published.js';
import type { ReportData, ReportedEvaluation } from './report-data.js';

/** The figures that come first, large, and beside them those of others where the data are the same. */
export function headlineSection(data: ReportData, evaluation: ReportedEvaluation): Section {
  const { metrics, split } = evaluation;
  const { AP_d, AP_m, coco } = metrics;
  return section(
    'figures',
    'Average precision',
    html`<div class="tiles">${[
      tile('AP_d', AP_d, 'boxes: VOC, all-point, IoU ≥ 0.5', 'boxes'),
      tile('AP_m', AP_m, 'masks: VOC, all-point, IoU ≥ 0.5', 'masks'),
      tile('COCO AP, boxes', coco.box.AP, 'mean over IoU 0.50 to 0.95'),
      tile('COCO AP, masks', coco.mask?.AP, 'mean over IoU 0.50 to 0.95'),
    ]}</div>
<p class="note">In percent. ${absence(evaluation)}</p>`,
    isPapersData(data.config, split) ? comparison(data, metrics) : notComparable(data, split),
  );
}

/** A figure, large. */
export function tile(name: string, figure: Figure | undefined, protocol: string, kind = ''): Html {
  return html`<div class="tile ${kind}"><span class="name">${name}</span><span class="value">${percent(figure)}</span><span class="note">${protocol}</span></div>`;
}

/** Why figures are dashes. */
function absence({ metrics }: ReportedEvaluation): string {
  if (metrics.AP_d === null && metrics.AP_m === null)
    return 'Without an object to be found, no figure is defined.';
  if (metrics.voc.mask === null) return 'There are no masks, so only boxes are scored.';
  return 'Means over the classes that have objects to be found.';
}

function notComparable({ config }: ReportData, split: 'train' | 'val'): Html {
  return html`<p>The AttoNets paper reports AP_d and AP_m on Pascal VOC 2012’s segmentation val split with its
20 classes. These figures are of ${dataName(config, split)}, with other images or classes, so the paper’s are no
comparison for them and aren’t shown.</p>`;
}

interface Row {
  readonly detector: Html;
  readonly AP_d: string;
  readonly AP_m: string;
}

function comparison({ config }: ReportData, metrics: Metrics): Html {
  const rows: readonly Row[] = [
    {
      detector: html`<strong>This one</strong>, ${config.model.backbone.name}`,
      AP_d: percent(metrics.AP_d),
      AP_m: percent(metrics.AP_m),
    },
    {
      detector: html`Atto-MaskRCNN, the paper<small>Wong, Lin and Chwyl, Section 4.2: “~65.5%” and “~60%”; the
interpolation isn’t stated</small>`,
      AP_d: '65.5',
      AP_m: '60',
    },
    {
      detector: html`ResNet-50 Mask R-CNN, the paper’s baseline<small>the paper prints no AP of it</small>`,
      AP_d: '–',
      AP_m: '–',
    },
  ];
  return html`<h3>Beside the paper</h3>
${table<Row>(
  'Pascal VOC 2012 segmentation, val, IoU 0.5',
  [
    { head: 'detector', cell: ({ detector }) => detector },
    { head: 'AP_d', number: true, cell: ({ AP_d }) => AP_d },
    { head: 'AP_m', number: true, cell: ({ AP_m }) => AP_m },
  ],
  rows,
)}
<h3>Beside other published results</h3>
<p>Each with this detector’s figure by the same protocol. They were trained or scored on other images, so these are
neighbors, not competitors.</p>
${published(metrics)}`;
}

function published(metrics: Metrics): Html {
  const group = ({ name, data, source, figures }: PublishedDetector) => html`<tbody>
<tr><th scope="rowgroup" colspan="3">${name}<small>${data}; ${source}</small></th></tr>
${figures.map(
  ({ protocol, percent: printed, own }) =>
    html`<tr><th scope="row">${protocol}</th><td class="number">${printed}</td><td class="number"><strong>${percent(own(metrics))}</strong></td></tr>`,
)}</tbody>`;
  return scrollable(
    'In percent, on Pascal VOC',
    html`<table><thead><tr><th scope="col">figure</th><th scope="col" class="number">published</th><th scope="col" class="number">this one</th></tr></thead>
${publishedDetectors.map(group)}</table>`,
  );
}
