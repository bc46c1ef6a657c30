import type { ClassificationMetrics } from '../metrics/classification.js';
import { cell } from './confusions.js';
import { type Html, html } from './html.js';
import { count, type Section, scrollable, section, table } from './parts.js';

/** A matrix of more classes can't be read; then the most frequent confusions are listed. */
const largestMatrix = 50;
const longestList = 50;

/** Which classes were taken for which. */
export function confusionSection(metrics: ClassificationMetrics): Section {
  const body = metrics.classes.length > largestMatrix ? confusionList(metrics) : confusionMatrix(metrics);
  return section('confusions', 'Confusions', body);
}

function confusionMatrix({ classes, confusion }: ClassificationMetrics): Html {
  const row = (counts: readonly number[], truth: number) => {
    const total = counts.reduce((sum, value) => sum + value, 0);
    const cells = counts.map((value, i) => cell(value, total, i === truth ? 'right' : 'wrong'));
    return html`<tr><th scope="row">${classes[truth]}</th>${cells}</tr>`;
  };
  return scrollable(
    'Images of each class (rows) by what they were taken for (columns): right on the diagonal.',
    html`<table class="matrix">
<thead><tr><th scope="col"><small>truth ↓ predicted →</small></th>${classes.map(
      (name) => html`<th scope="col"><span>${name}</span></th>`,
    )}</tr></thead>
<tbody>${confusion.map(row)}</tbody></table>`,
  );
}

interface Confusion {
  readonly truth: string;
  readonly predicted: string;
  readonly images: number;
}

function confusionList({ classes, confusion }: ClassificationMetrics): Html {
  const confusions = confusion
    .flatMap((counts, truth) =>
      counts.map((images, i): Confusion & { readonly right: boolean } => ({
        truth: classes[truth],
        predicted: classes[i],
        images,
        right: truth === i,
      })),
    )
    .filter(({ images, right }) => images > 0 && !right)
    .sort((a, b) => b.images - a.images);
  if (confusions.length === 0) return html`<p>No image was taken for another class.</p>`;
  return table<Confusion>(
    `The ${longestList} most frequent confusions; metrics.json has them all`,
    [
      { head: 'class', cell: ({ truth }) => truth },
      { head: 'taken for', cell: ({ predicted }) => predicted },
      { head: 'images', number: true, cell: ({ images }) => count(images) },
    ],
    confusions.slice(0, longestList),
  );
}
