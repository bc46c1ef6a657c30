import type { ClassificationMetrics } from '../../metrics/classification-metrics.js';
import type { CocoMetrics } from '../../metrics/coco-protocol.js';
import type { DetectionMetrics } from '../../metrics/detection-metrics.js';
import { percent } from '../../metrics/metric-value.js';
import type { VocMetrics } from '../../metrics/voc-protocol.js';
import { textTable } from './text-table.js';

/** Metrics of detections as text for a terminal, in percent: the classes, then every protocol. */
export function metricsTable(metrics: DetectionMetrics): string {
  return `${classTable(metrics)}\n\n${protocolTable(metrics)}`;
}

/** AP_d and AP_m of each class, best first, and their means. */
function classTable({ perClass, AP_d, AP_m }: DetectionMetrics): string {
  const classes = Object.entries(perClass).sort(
    ([, a], [, b]) => (b.AP_m ?? b.AP_d ?? -1) - (a.AP_m ?? a.AP_d ?? -1),
  );
  const sum = (count: 'truths' | 'detections') =>
    classes.reduce((total, [, { [count]: own }]) => total + own, 0);
  return textTable({
    head: ['class', 'objects', 'detections', 'AP_d', 'AP_m'],
    align: ['left', 'right', 'right', 'right', 'right'],
    rows: [
      ...classes.map(([name, own]) => [
        name,
        own.truths,
        own.detections,
        percent(own.AP_d),
        percent(own.AP_m),
      ]),
      ['total, mean', sum('truths'), sum('detections'), percent(AP_d), percent(AP_m)],
    ],
  });
}

/** Metrics by every protocol, of boxes beside those of masks. */
function protocolTable({ voc, coco }: DetectionMetrics): string {
  const vocRow = (protocol: string, metric: string, key: keyof VocMetrics) => [
    protocol,
    metric,
    percent(voc.box[key]),
    percent(voc.mask?.[key]),
  ];
  const cocoRow = (protocol: string, metric: string, key: keyof CocoMetrics) => [
    protocol,
    metric,
    percent(coco.box[key]),
    percent(coco.mask?.[key]),
  ];
  return textTable({
    head: ['protocol', 'metric', 'boxes', 'masks'],
    align: ['left', 'left', 'right', 'right'],
    rows: [
      vocRow('VOC, all-point', 'IoU ≥ 0.5', 'AP50'),
      vocRow('', 'IoU ≥ 0.7', 'AP70'),
      vocRow('VOC, 11-point (masks: MNC, FCIS)', 'IoU ≥ 0.5', 'AP50_11point'),
      vocRow('', 'IoU ≥ 0.7', 'AP70_11point'),
      ['AP^r (SDS)', 'IoU > 0.5', '', percent(voc.mask?.AP_r)],
      ['', 'volume, IoU > 0.1 … 0.9', '', percent(voc.mask?.AP_r_vol)],
      cocoRow('COCO, average precision', 'IoU 0.50:0.95', 'AP'),
      cocoRow('', 'IoU 0.50', 'AP50'),
      cocoRow('', 'IoU 0.75', 'AP75'),
      cocoRow('', 'small, up to 32²', 'APs'),
      cocoRow('', 'medium, up to 96²', 'APm'),
      cocoRow('', 'large', 'APl'),
      cocoRow('COCO, average recall', '1 detection per image and class', 'AR1'),
      cocoRow('', '10 detections', 'AR10'),
      cocoRow('', '100 detections', 'AR100'),
      cocoRow('', 'small', 'ARs'),
      cocoRow('', 'medium', 'ARm'),
      cocoRow('', 'large', 'ARl'),
    ],
  });
}

/** Greatest number of classes that are printed: the worst ones where there are more. */
const shownClasses = 60;

/** Accuracy of a classifier as text for a terminal, in percent: its classes, best first, and all images. */
export function classificationTable(metrics: ClassificationMetrics): string {
  const { classes, perClass, confusion, images, top1, top5 } = metrics;
  const sorted = classes
    .map((name, i) => ({ name, ...perClass[name], takenFor: mostFrequent(classes, confusion[i], i) }))
    .sort((a, b) => (b.top1 ?? -1) - (a.top1 ?? -1));
  const shown = sorted.slice(-shownClasses);
  const hidden = sorted.length - shown.length;
  return textTable({
    head: ['class', 'images', 'top-1', 'top-5', 'most often taken for'],
    align: ['left', 'right', 'right', 'right', 'left'],
    rows: [
      ...(hidden > 0 ? [[`${hidden} better classes`, '', '', '', '']] : []),
      ...shown.map((own) => [own.name, own.images, percent(own.top1), percent(own.top5), own.takenFor]),
      ['all', images, percent(top1), percent(top5), ''],
    ],
  });
}

/** Class that images of another one are most often taken for, such as `dog (3)`. */
function mostFrequent(classes: readonly string[], counts: readonly number[], actual: number): string {
  const wrong = counts.map((count, i) => (i === actual ? 0 : count));
  const most = Math.max(0, ...wrong);
  return most === 0 ? '' : `${classes[wrong.indexOf(most)]} (${most})`;
}
