import Table from 'cli-table3';
import type { ClassificationMetrics } from '../../metrics/classification-metrics.js';
import type { DetectionMetrics } from '../../metrics/detection-metrics.js';
import { percent } from '../../metrics/metric-value.js';

/** The metrics as text for a terminal: the classes, then every protocol. Figures are in percent. */
export function metricsTable(metrics: DetectionMetrics): string {
  return `${classTable(metrics)}\n\n${protocolTable(metrics)}`;
}

const style = { head: [], border: [], compact: true };

/** AP_d and AP_m of each class, best first, and their means. */
function classTable({ perClass, AP_d, AP_m }: DetectionMetrics): string {
  const table = new Table({
    head: ['class', 'truths', 'detections', 'AP_d', 'AP_m'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style,
  });
  const rows = Object.entries(perClass).sort(
    ([, a], [, b]) => (b.AP_m ?? b.AP_d ?? -1) - (a.AP_m ?? a.AP_d ?? -1),
  );
  for (const [name, figures] of rows) {
    table.push([name, figures.truths, figures.detections, percent(figures.AP_d), percent(figures.AP_m)]);
  }
  const sum = (count: 'truths' | 'detections') =>
    rows.reduce((total, [, figures]) => total + figures[count], 0);
  table.push(['total, mean', sum('truths'), sum('detections'), percent(AP_d), percent(AP_m)]);
  return table.toString();
}

/** Every protocol's figures, of boxes beside those of masks. */
function protocolTable({ voc, coco }: DetectionMetrics): string {
  const table = new Table({
    head: ['protocol', 'figure', 'boxes', 'masks'],
    colAligns: ['left', 'left', 'right', 'right'],
    style,
  });
  const vocRows: [string, string, 'AP50' | 'AP70' | 'AP50_11point' | 'AP70_11point'][] = [
    ['VOC, all-point', 'IoU ≥ 0.5', 'AP50'],
    ['', 'IoU ≥ 0.7', 'AP70'],
    ['VOC, 11-point (masks: MNC, FCIS)', 'IoU ≥ 0.5', 'AP50_11point'],
    ['', 'IoU ≥ 0.7', 'AP70_11point'],
  ];
  for (const [protocol, name, key] of vocRows) {
    table.push([protocol, name, percent(voc.box[key]), percent(voc.mask?.[key])]);
  }
  table.push(['AP^r (SDS)', 'IoU > 0.5', '', percent(voc.mask?.AP_r)]);
  table.push(['', 'volume, IoU > 0.1 … 0.9', '', percent(voc.mask?.AP_r_vol)]);
  const cocoRows: [string, string, Exclude<keyof DetectionMetrics['coco']['box'], 'perClass'>][] = [
    ['COCO, average precision', 'IoU 0.50:0.95', 'AP'],
    ['', 'IoU 0.50', 'AP50'],
    ['', 'IoU 0.75', 'AP75'],
    ['', 'small, up to 32²', 'APs'],
    ['', 'medium, up to 96²', 'APm'],
    ['', 'large', 'APl'],
    ['COCO, average recall', '1 detection an image and class', 'AR1'],
    ['', '10 detections', 'AR10'],
    ['', '100 detections', 'AR100'],
    ['', 'small', 'ARs'],
    ['', 'medium', 'ARm'],
    ['', 'large', 'ARl'],
  ];
  for (const [protocol, name, key] of cocoRows) {
    table.push([protocol, name, percent(coco.box[key]), percent(coco.mask?.[key])]);
  }
  return table.toString();
}

/** So many classes are printed, the worst ones where there are more. */
const shownClasses = 60;

/** A classifier's accuracy as text for a terminal, in percent: its classes, best first, and all images. */
export function classificationTable(metrics: ClassificationMetrics): string {
  const { classes, perClass, confusion, images, top1, top5 } = metrics;
  const table = new Table({
    head: ['class', 'images', 'top-1', 'top-5', 'most often taken for'],
    colAligns: ['left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  const rows = classes
    .map((name, i) => ({ name, ...perClass[name], takenFor: mostFrequent(classes, confusion[i], i) }))
    .sort((a, b) => (b.top1 ?? -1) - (a.top1 ?? -1));
  const shown = rows.slice(-shownClasses);
  if (shown.length < rows.length)
    table.push([`${rows.length - shown.length} better classes`, '', '', '', '']);
  for (const { name, takenFor, ...figures } of shown) {
    table.push([name, figures.images, percent(figures.top1), percent(figures.top5), takenFor]);
  }
  table.push(['all', images, percent(top1), percent(top5), '']);
  return table.toString();
}

/** The class that images of another one are most often taken for, such as `dog (3)`. */
function mostFrequent(classes: readonly string[], counts: readonly number[], truth: number): string {
  const wrong = counts.map((count, i) => (i === truth ? 0 : count));
  const most = Math.max(0, ...wrong);
  return most === 0 ? '' : `${classes[wrong.indexOf(most)]} (${most})`;
}
