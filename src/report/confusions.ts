import type { Confusion, ErrorSummary, OutcomeCounts } from '../metrics/error-analysis.js';
import { type Html, html } from './html.js';
import { count, scrollable, table } from './parts.js';

/** A matrix of more classes can't be read; then the most frequent confusions are listed. */
const largestMatrix = 30;
const longestList = 30;

/** Which classes were taken for which: a matrix, or of many classes a list. */
export function confusionTable(errors: ErrorSummary): Html {
  const names = Object.keys(errors.perClass).filter((name) =>
    Object.values(errors.perClass[name]).some((value) => value > 0),
  );
  if (names.length === 0)
    return html`<p>No detection scores ${errors.score} or more, and no object is missed.</p>`;
  return names.length > largestMatrix ? confusionList(errors) : confusionMatrix(errors, names);
}

function confusionList({ confusions, score }: ErrorSummary): Html {
  if (confusions.length === 0) return html`<p>No detection that scores at least ${score} is confused.</p>`;
  return table<Confusion>(
    `The ${longestList} most frequent confusions of detections that score at least ${score}`,
    [
      { head: 'object', cell: ({ truth }) => truth },
      { head: 'taken for', cell: ({ detected }) => detected },
      { head: 'count', number: true, cell: (row) => count(row.count) },
    ],
    confusions.slice(0, longestList),
  );
}

type DetectionOutcome = Exclude<keyof OutcomeCounts, 'correct' | 'confusion' | 'miss'>;

const others: readonly (readonly [DetectionOutcome, string])[] = [
  ['localisation', 'badly placed'],
  ['both', 'both'],
  ['duplicate', 'duplicate'],
  ['background', 'background'],
];

function confusionMatrix({ perClass, confusions, score }: ErrorSummary, names: readonly string[]): Html {
  const confused = new Map(confusions.map((each) => [`${each.truth}\n${each.detected}`, each.count]));
  const caption =
    `Each detection that scores at least ${score} is in the column of its class: correct on the diagonal, confused ` +
    'in the row of the object that it is about, else in one of the rows below. An object that was missed is in the ' +
    'last column.';
  const row = (truth: string) => {
    const counts = names.map((name) =>
      name === truth ? perClass[name].correct : (confused.get(`${truth}\n${name}`) ?? 0),
    );
    const missed = perClass[truth].miss;
    const total = counts.reduce((sum, value) => sum + value, missed);
    const cells = counts.map((value, i) => cell(value, total, names[i] === truth ? 'right' : 'wrong'));
    return html`<tr><th scope="row">${truth}</th>${cells}${cell(missed, total, 'wrong edge')}</tr>`;
  };
  const otherRow = ([outcome, name]: (typeof others)[number]) => {
    const cells = names.map((column) =>
      cell(perClass[column][outcome], detectionsOf(perClass[column]), 'wrong'),
    );
    return html`<tr><th scope="row">${name}</th>${cells}<td class="edge"></td></tr>`;
  };
  return scrollable(
    caption,
    html`<table class="matrix">
<thead><tr><th scope="col"><small>object ↓ detected →</small></th>${names.map(
      (name) => html`<th scope="col"><span>${name}</span></th>`,
    )}<th scope="col" class="edge"><span>missed</span></th></tr></thead>
<tbody>${names.map(row)}</tbody>
<tbody class="others">${others.map(otherRow)}</tbody></table>`,
  );
}

function detectionsOf({ miss, ...detections }: OutcomeCounts): number {
  return Object.values(detections).reduce((sum, value) => sum + value, 0);
}

/** A count, the darker the larger its share is. */
export function cell(value: number, total: number, kind: string): Html {
  if (value === 0) return html`<td class="${kind} none">·</td>`;
  const share = (0.12 + (0.48 * value) / total).toFixed(2);
  return html`<td class="${kind}" style="--share:${share}">${count(value)}</td>`;
}
