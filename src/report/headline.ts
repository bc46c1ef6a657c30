import type { Config, DetectionConfig } from '../config/schema.js';
import { formatOf } from '../datasets/formats.js';
import type { SplitName } from '../datasets/sample.js';
import type { DetectionMetrics } from '../metrics/detection-metrics.js';
import { type MetricValue, percent } from '../metrics/metric-value.js';
import { type Html, html, type Section, scrollable, section, table } from './html.js';

/** Leading metrics, large, and those of other detectors where the data are the same. */
export function headlineSection(
  config: DetectionConfig,
  metrics: DetectionMetrics,
  split: SplitName,
): Section {
  const { AP_d, AP_m, coco } = metrics;
  return section(
    'metrics',
    'Average precision',
    html`<div class="tiles">${[
      tile('AP_d', AP_d, 'boxes: VOC, all-point, IoU ≥ 0.5', 'boxes'),
      tile('AP_m', AP_m, 'masks: VOC, all-point, IoU ≥ 0.5', 'masks'),
      tile('COCO AP, boxes', coco.box.AP, 'mean over IoU 0.50 to 0.95'),
      tile('COCO AP, masks', coco.mask?.AP, 'mean over IoU 0.50 to 0.95'),
    ]}</div>
<p class="note">In percent. ${absence(metrics)}</p>`,
    isPapersData(config, split) ? comparison(config, metrics) : notComparable(config, split),
  );
}

/** Name of a split, such as `Pascal VOC 2012, val`. */
export function dataName({ data }: Config, split: SplitName): string {
  return formatOf(data).title(data, split);
}

/** Whether these are the data of the paper's results: VOC 2012's segmentation val with its 20 classes. */
function isPapersData({ data }: Config, split: SplitName): boolean {
  return formatOf(data).benchmark?.(data, split) === 'VOC 2012 segmentation val';
}

/** A metric, large. */
export function tile(name: string, value: MetricValue | undefined, protocol: string, kind = ''): Html {
  return html`<div class="tile ${kind}"><span class="name">${name}</span><span class="value">${percent(value)}</span><span class="note">${protocol}</span></div>`;
}

/** Reason why metrics are dashes. */
function absence(metrics: DetectionMetrics): string {
  if (metrics.AP_d === null && metrics.AP_m === null)
    return 'Without objects to be found, no metric is defined.';
  if (metrics.voc.mask === null) return 'There are no masks, so only boxes are scored.';
  return 'Means over the classes that have objects to be found.';
}

function notComparable(config: DetectionConfig, split: SplitName): Html {
  return html`<p>The AttoNets paper reports AP_d and AP_m on the segmentation val split of Pascal VOC 2012 with its
20 classes. This report is about ${dataName(config, split)}, with other images or classes. The paper’s results can’t be
compared with it and aren’t shown.</p>`;
}

interface Row {
  readonly detector: Html;
  readonly AP_d: string;
  readonly AP_m: string;
}

function comparison({ model }: DetectionConfig, metrics: DetectionMetrics): Html {
  const rows: readonly Row[] = [
    {
      detector: html`<strong>This one</strong>, ${model.backbone.name}`,
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
  return html`<h3>Comparison with the paper</h3>
${table<Row>(
  'Pascal VOC 2012 segmentation, val, IoU 0.5',
  [
    { head: 'detector', cell: ({ detector }) => detector },
    { head: 'AP_d', number: true, cell: ({ AP_d }) => AP_d },
    { head: 'AP_m', number: true, cell: ({ AP_m }) => AP_m },
  ],
  rows,
)}
<h3>Other published results</h3>
<p>Each stands beside this detector’s result by the same protocol. These detectors were trained or scored on other images:
they are neighbors, not competitors.</p>
${published(metrics)}`;
}

function published(metrics: DetectionMetrics): Html {
  const group = ({ name, data, source, results }: PublishedDetector) => html`<tbody>
<tr><th scope="rowgroup" colspan="3">${name}<small>${data}; ${source}</small></th></tr>
${results.map(
  ({ protocol, percent: printed, own }) =>
    html`<tr><th scope="row">${protocol}</th><td class="number">${printed}</td><td class="number"><strong>${percent(own(metrics))}</strong></td></tr>`,
)}</tbody>`;
  return scrollable(
    'In percent, on Pascal VOC',
    html`<table><thead><tr><th scope="col">metric</th><th scope="col" class="number">published</th><th scope="col" class="number">this one</th></tr></thead>
${publishedDetectors.map(group)}</table>`,
  );
}

/** Published results of a detector. */
interface PublishedDetector {
  readonly name: string;
  readonly source: string;
  /** Data that it was trained and scored on. */
  readonly data: string;
  readonly results: readonly PublishedResult[];
}

/** A published metric, in percent as printed, and ours by the same protocol. */
interface PublishedResult {
  readonly protocol: string;
  readonly percent: string;
  readonly own: (metrics: DetectionMetrics) => MetricValue | undefined;
}

const elevenPoint50 = {
  protocol: 'masks, 11-point, IoU ≥ 0.5',
  own: ({ voc }: DetectionMetrics) => voc.mask?.AP50_11point,
} as const;

/**
 * Results of comparable detectors on Pascal VOC. None is of the paper's baseline on the paper's split. Their data
 * differ; each entry says how.
 */
const publishedDetectors: readonly PublishedDetector[] = [
  {
    name: 'Mask R-CNN, ResNet-50-C4',
    source: 'chainer-mask-rcnn 0.5.24, examples/voc',
    data: 'SBD train, scored on SBD val',
    results: [{ ...elevenPoint50, percent: '66.0' }],
  },
  {
    name: 'FCIS, ResNet-101',
    source: 'Li et al., CVPR 2017, as quoted by ChainerCV, examples/fcis',
    data: 'SBD train, scored on SBD val',
    results: [
      { ...elevenPoint50, percent: '65.7' },
      {
        protocol: 'masks, 11-point, IoU ≥ 0.7',
        percent: '52.1',
        own: ({ voc }) => voc.mask?.AP70_11point,
      },
    ],
  },
  {
    name: 'Mask R-CNN, ResNet-50-FPN (torchvision)',
    source: 'Wb-az/Image-Processing-PascalVOC on GitHub',
    data: 'pretrained; VOC 2012 segmentation, 2,913 images, of which a tenth is the test set',
    results: [
      { protocol: 'boxes, COCO AP', percent: '53.6', own: ({ coco }) => coco.box.AP },
      { protocol: 'boxes, COCO AP50', percent: '78.2', own: ({ coco }) => coco.box.AP50 },
      { protocol: 'masks, COCO AP', percent: '44.6', own: ({ coco }) => coco.mask?.AP },
      { protocol: 'masks, COCO AP50', percent: '71.4', own: ({ coco }) => coco.mask?.AP50 },
    ],
  },
];
