import Table from 'cli-table3';
import type { ClassificationConfig } from '../config/schema.js';
import { checkLabeledData, type LabeledSplitSummary } from '../datasets/check.js';
import { describeFindings } from '../report/tables/check-tables.js';
import type { CheckOptions } from './check.js';
import { interruptedExitCode, interruptSignal } from './terminal/interrupt.js';
import { showProgress } from './terminal/progress.js';

/** Reads every image of a classifier's data and prints what was found, as JSON or for people. */
export async function checkClassifier(
  config: ClassificationConfig,
  { split, json = false }: CheckOptions,
): Promise<void> {
  const signal = interruptSignal('Stopping; what was found so far follows.');
  const generating = showProgress('Generating images');
  const display = showProgress('Checking');
  const result = await checkLabeledData(config.data, {
    ...(split && { splits: [split] }),
    onGenerate: (done, total) => generating.show(done, total),
    onProgress: (done, total) => {
      generating.end();
      display.show(done, total);
    },
    signal,
  });
  display.end();
  const { complete, faults, findings, summary } = result;
  if (json) {
    console.log(JSON.stringify(result, null, 2));
  } else {
    const verdict = `${faults} fault${faults === 1 ? '' : 's'}`;
    console.error([...describeFindings(findings), classTable(summary), verdict].join('\n\n'));
  }
  process.exitCode = complete ? Math.min(faults, 1) : interruptedExitCode;
}

function classTable(summary: readonly LabeledSplitSummary[]): string {
  const table = new Table({
    head: ['images', ...summary.map(({ split }) => split)],
    colAligns: ['left', ...summary.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const [i, { name }] of (summary.at(0)?.classes ?? []).entries()) {
    table.push([name, ...summary.map(({ classes }) => classes[i].images)]);
  }
  table.push(['total', ...summary.map(({ images }) => images)]);
  return table.toString();
}
