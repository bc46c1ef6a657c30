import type { Confusion, ErrorSummary, OutcomeCounts } from '../metrics/error-analysis.js';
import { type ErrorType, errorTypes } from '../metrics/error-types.js';
import { type MetricValue, percent } from '../metrics/metric-value.js';
import { metricBars } from './charts/bars.js';
import { boxColor, maskColor } from './charts/chart.js';
import {
  figure,
  figures,
  formatCount,
  type Html,
  html,
  quantity,
  type Section,
  scrollable,
  section,
  table,
} from './html.js';

const kinds: Readonly<Record<ErrorType, { readonly name: string; readonly meaning: string }>> = {
  confusion: { name: 'confused', meaning: 'right place (IoU ≥ 0.5), wrong class' },
  localization: { name: 'badly placed', meaning: 'right class, but an IoU of 0.1 to 0.5' },
  both: { name: 'both', meaning: 'wrong class, and an IoU of 0.1 to 0.5' },
  duplicate: { name: 'duplicate', meaning: 'finds an object that a higher score has found' },
  background: { name: 'background', meaning: 'covers no object by an IoU of 0.1' },
  miss: { name: 'missed', meaning: 'an object that nothing found, confused or badly placed' },
};

function plus(AP: MetricValue, gain: MetricValue): MetricValue {
  return AP === null || gain === null ? null : AP + gain;
}

/** Mistakes by kind, their cost, and the classes that were taken for each other. */
export function mistakeSection(errors: ErrorSummary): Section {
  const { counts, gain, AP, score, geometry } = errors;
  const name = geometry === 'mask' ? 'AP_m' : 'AP_d';
  const rows = errorTypes.map((type) => ({ ...kinds[type], type }));
  const most = Math.max(0.05, ...errorTypes.map((type) => gain[type] ?? 0));
  return section(
    'mistakes',
    'Mistakes',
    html`<p>Kinds of mistakes after TIDE (Bolya et al., ECCV 2020), by ${geometry === 'mask' ? 'masks' : 'boxes'}. Counts are of detections
that score at least ${score}; ${quantity(counts.correct, 'is correct', 'are correct')}. The cost of a kind is the gain in ${name}, ${percent(AP)} %
over all scores, if there were none of it. Confused detections then get the right class, and badly placed ones the right
place. The others vanish, and so do missed objects. The gains don’t add up.</p>`,
    figures(
      figure(
        metricBars(
          `Gain in ${name} without each kind`,
          [{ name: 'gain', color: geometry === 'mask' ? maskColor : boxColor }],
          rows.map((row) => ({ name: row.name, values: [gain[row.type]] })),
          { label: `${name}, percentage points`, most: Math.min(1, Math.ceil(most * 21) / 20) },
        ),
      ),
      table<(typeof rows)[number]>(
        `Mistakes with a score of at least ${score}`,
        [
          { head: 'kind', cell: (row) => html`${row.name}<small>${row.meaning}</small>` },
          { head: 'count', number: true, cell: ({ type }) => formatCount(counts[type]) },
          {
            head: `${name} without`,
            number: true,
            cell: ({ type }) => percent(plus(AP, gain[type])),
          },
        ],
        rows,
      ),
    ),
    html`<h3>Confusions</h3>`,
    confusionTable(errors),
  );
}

/** A matrix of more classes can't be read; then the most frequent confusions are listed. */
const largestMatrix = 30;
const longestList = 30;

/** Confusions between classes: a matrix, or for many classes a list. */
function confusionTable(errors: ErrorSummary): Html {
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
      { head: 'object', cell: ({ groundTruth }) => groundTruth },
      { head: 'taken for', cell: ({ detected }) => detected },
      { head: 'count', number: true, cell: (row) => formatCount(row.count) },
    ],
    confusions.slice(0, longestList),
  );
}

type DetectionOutcome = Exclude<keyof OutcomeCounts, 'correct' | 'confusion' | 'miss'>;

const others: readonly (readonly [DetectionOutcome, string])[] = [
  ['localization', 'badly placed'],
  ['both', 'both'],
  ['duplicate', 'duplicate'],
  ['background', 'background'],
];

function confusionMatrix({ perClass, confusions, score }: ErrorSummary, names: readonly string[]): Html {
  const confused = new Map(confusions.map((each) => [`${each.groundTruth}\n${each.detected}`, each.count]));
  const caption =
    `Detections that score at least ${score}, each in the column of its class: correct ones on the diagonal, confused ` +
    'ones in the row of the object’s class, others in the rows below. Missed objects are in the last column.';
  const row = (actual: string) => {
    const counts = names.map((name) =>
      name === actual ? perClass[name].correct : (confused.get(`${actual}\n${name}`) ?? 0),
    );
    const missed = perClass[actual].miss;
    const total = counts.reduce((sum, value) => sum + value, missed);
    const cells = counts.map((value, i) => cell(value, total, names[i] === actual ? 'right' : 'wrong'));
    return html`<tr><th scope="row">${actual}</th>${cells}${cell(missed, total, 'wrong edge')}</tr>`;
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

/** Cell of a matrix with a count: the larger its share, the darker. */
export function cell(value: number, total: number, kind: string): Html {
  if (value === 0) return html`<td class="${kind} none">·</td>`;
  const share = (0.12 + (0.48 * value) / total).toFixed(2);
  return html`<td class="${kind}" style="--share:${share}">${formatCount(value)}</td>`;
}
