import type { Config } from '../config/schema.js';
import { lineChart, smoothChart } from './charts/lines.js';
import { figure, figures, formatCount, type Html, html, type Section, section, table } from './html.js';
import type { LoggedStep } from './report-input.js';

/** A run with what it logged, at least one step. */
interface LoggedRun {
  readonly config: Config;
  readonly log: readonly LoggedStep[];
}

/**
 * Course of the training: losses, learning rate and validations over the steps.
 *
 * @param metric name and unit of what was validated, such as `AP, %`
 */
export function trainingSection({ log, config }: LoggedRun, metric: string): Section {
  const last = log[log.length - 1];
  const names = Object.keys(last.losses);
  const line = (name: string, value: (entry: LoggedStep) => number) => ({
    name,
    points: log.map((entry) => ({ x: entry.step, y: value(entry) })),
  });
  const { steps, batchSize, accumulate } = config.training;
  const images = batchSize * accumulate;
  return section(
    'training',
    'Training',
    html`<p>${formatCount(last.step)} of ${formatCount(steps)} steps of ${images} ${images === 1 ? 'image' : 'images'}; ${medianSpeed(log)} images per second
(median).</p>`,
    figures(
      figure(
        smoothChart(
          'Losses',
          [
            line('total', ({ loss }) => loss),
            ...names.map((name) => line(name, ({ losses }) => losses[name] ?? 0)),
          ],
          { x: 'step', y: 'loss' },
        ),
        'Running means over a fiftieth of the steps. Behind them: the total of each step.',
      ),
      validationChart(log, metric),
      figure(
        lineChart('Learning rate', [line('learning rate', ({ learningRate }) => learningRate)], {
          x: 'step',
          y: '',
        }),
      ),
      lossTable(log, names),
    ),
  );
}

function validationChart(log: readonly LoggedStep[], unit: string): Html | undefined {
  const validated = log.filter(({ validation }) => validation !== undefined);
  const names = [...new Set(validated.flatMap(({ validation = {} }) => Object.keys(validation)))];
  const series = names.map((name) => ({
    name,
    points: validated.flatMap(({ step, validation }) => {
      const value = validation?.[name] ?? null;
      return value === null ? [] : [{ x: step, y: 100 * value }];
    }),
  }));
  if (series.every(({ points }) => points.length === 0)) return undefined;
  return figure(lineChart('Validation', series, { x: 'step', y: unit }));
}

/** Losses at the beginning and at the end. */
function lossTable(log: readonly LoggedStep[], names: readonly string[]): Html {
  const span = Math.max(1, Math.round(log.length / 20));
  const mean = (entries: readonly LoggedStep[], value: (entry: LoggedStep) => number) =>
    (entries.reduce((sum, entry) => sum + value(entry), 0) / entries.length).toPrecision(3);
  const row = (name: string, value: (entry: LoggedStep) => number) => ({
    name,
    first: mean(log.slice(0, span), value),
    last: mean(log.slice(-span), value),
  });
  const rows = names.map((name) => row(name, ({ losses }) => losses[name] ?? 0));
  return table<(typeof rows)[number]>(
    `Mean losses of the first and the last ${span === 1 ? 'step' : `${formatCount(span)} steps`}`,
    [
      { head: 'loss', cell: ({ name }) => name },
      { head: 'first', number: true, cell: ({ first }) => first },
      { head: 'last', number: true, cell: ({ last }) => last },
    ],
    rows,
    row('total', ({ loss }) => loss),
  );
}

function medianSpeed(log: readonly LoggedStep[]): string {
  const speeds = log.map(({ imagesPerSecond }) => imagesPerSecond).sort((a, b) => a - b);
  return speeds[speeds.length >> 1].toPrecision(3);
}
