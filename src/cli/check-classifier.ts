import { availableParallelism } from 'node:os';
import Table from 'cli-table3';
import type { ClassificationConfig } from '../config/schema.js';
import type { Finding } from '../datasets/finding.js';
import type { LabeledSplit } from '../datasets/image-folder/labeled-image.js';
import { openLabeledSplit, resolveLabeledClasses } from '../datasets/image-folder/open.js';
import { findUnreadable } from '../datasets/image-folder/unreadable.js';
import { UserError } from '../errors.js';
import { describeFindings } from '../report/tables/check-tables.js';
import type { CheckOptions } from './check.js';
import { interruptedExitCode, interruptSignal } from './terminal/interrupt.js';
import { showProgress } from './terminal/progress.js';

/** What is counted of a split. */
interface SplitSummary {
  readonly split: 'train' | 'val';
  readonly images: number;
  readonly classes: readonly { readonly name: string; readonly images: number }[];
}

/** Reads every image of a classifier's data and prints what was found, as JSON or for people. */
export async function checkClassifier(
  config: ClassificationConfig,
  { split, json = false }: CheckOptions,
): Promise<void> {
  const names = split ? [split] : (['train', 'val'] as const);
  const data = await resolveLabeledClasses(config.data);
  const generating = showProgress('Generating images');
  const onGenerate = (done: number, total: number): void => generating.show(done, total);
  const splits: { name: 'train' | 'val'; opened: LabeledSplit }[] = [];
  const findings: Finding[] = [];
  for (const name of names) {
    try {
      splits.push({ name, opened: await openLabeledSplit(data, name, onGenerate) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (names.length === 1) throw error;
      findings.push({ code: 'split-unreadable', file: data.root, message: error.message });
    }
  }
  generating.end();

  const signal = interruptSignal('Stopping; what was found so far follows.');
  const display = showProgress('Checking');
  const total = splits.reduce((sum, { opened }) => sum + opened.files.length, 0);
  let before = 0;
  for (const { opened } of splits) {
    const start = before;
    const unreadable = await findUnreadable(opened, {
      input: config.input,
      workers: availableParallelism(),
      onRead: (done) => display.show(start + done, total),
      signal,
    });
    for (const { index, message } of unreadable) {
      findings.push({ code: 'photo-unreadable', file: opened.files[index].file, message });
    }
    before += opened.files.length;
    if (signal.aborted) break;
  }
  display.end();

  const summary = splits.map(({ name, opened }) => summarize(name, opened));
  const complete = !signal.aborted;
  const faults = findings.map((finding) => ({ severity: 'fault', ...finding }));
  if (json) {
    console.log(
      JSON.stringify({ complete, faults: faults.length, warnings: 0, findings: faults, summary }, null, 2),
    );
  } else {
    const verdict = `${faults.length} fault${faults.length === 1 ? '' : 's'}`;
    console.error([...describeFindings(findings), classTable(summary), verdict].join('\n\n'));
  }
  process.exitCode = complete ? Math.min(faults.length, 1) : interruptedExitCode;
}

function summarize(split: 'train' | 'val', { classes, files }: LabeledSplit): SplitSummary {
  const counts = classes.map(() => 0);
  for (const { label } of files) counts[label]++;
  return { split, images: files.length, classes: classes.map((name, i) => ({ name, images: counts[i] })) };
}

function classTable(summary: readonly SplitSummary[]): string {
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
