import Table from 'cli-table3';
import type { ClassificationMetrics } from '../../metrics/classification.js';
import { percent } from '../percent.js';

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
