import type { ErrorSummary } from '../metrics/error-analysis.js';
import { type ErrorType, errorTypes } from '../metrics/error-types.js';
import type { Figure } from '../metrics/metrics.js';
import { figureBars } from './charts/bars.js';
import { boxColor, maskColor } from './charts/chart.js';
import { confusionTable } from './confusions.js';
import { html } from './html.js';
import { count, counted, figure, figures, type Section, section, table } from './parts.js';
import { percent } from './percent.js';

const kinds: Readonly<Record<ErrorType, { readonly name: string; readonly meaning: string }>> = {
  confusion: { name: 'confused', meaning: 'right place (IoU ≥ 0.5), wrong class' },
  localisation: { name: 'badly placed', meaning: 'right class, but an IoU of 0.1 to 0.5' },
  both: { name: 'both', meaning: 'wrong class, and an IoU of 0.1 to 0.5' },
  duplicate: { name: 'duplicate', meaning: 'finds an object that a higher score has found' },
  background: { name: 'background', meaning: 'covers no object by an IoU of 0.1' },
  miss: { name: 'missed', meaning: 'an object that nothing found, confused or badly placed' },
};

function plus(AP: Figure, gain: Figure): Figure {
  return AP === null || gain === null ? null : AP + gain;
}

/** What kinds of mistakes were made, what they cost, and which classes were taken for which. */
export function mistakeSection(errors: ErrorSummary): Section {
  const { counts, gain, AP, score, geometry } = errors;
  const name = geometry === 'mask' ? 'AP_m' : 'AP_d';
  const rows = errorTypes.map((type) => ({ ...kinds[type], type }));
  const most = Math.max(0.05, ...errorTypes.map((type) => gain[type] ?? 0));
  return section(
    'mistakes',
    'Mistakes',
    html`<p>After TIDE (Bolya et al., ECCV 2020), by ${geometry === 'mask' ? 'masks' : 'boxes'}. Counted are detections that score
at least ${score}: ${counted(counts.correct, 'is correct', 'are correct')}. What a kind costs is how much ${name}, ${percent(AP)} % over
all scores, would gain if there were none of it: confused detections get the right class, badly placed ones the right
place, the others vanish, and so do missed objects. The gains don’t add up.</p>`,
    figures(
      figure(
        figureBars(
          `What ${name} would gain without each kind`,
          [{ name: 'gain', color: geometry === 'mask' ? maskColor : boxColor }],
          rows.map((row) => ({ name: row.name, figures: [gain[row.type]] })),
          { label: `${name}, percentage points`, most: Math.min(1, Math.ceil(most * 21) / 20) },
        ),
      ),
      table<(typeof rows)[number]>(
        `Mistakes with a score of at least ${score}`,
        [
          { head: 'kind', cell: (row) => html`${row.name}<small>${row.meaning}</small>` },
          { head: 'count', number: true, cell: ({ type }) => count(counts[type]) },
          {
            head: `${name} without`,
            number: true,
            cell: ({ type }) => percent(plus(AP, gain[type])),
          },
        ],
        rows,
      ),
    ),
    html`<h3>What was taken for what</h3>`,
    confusionTable(errors),
  );
}
