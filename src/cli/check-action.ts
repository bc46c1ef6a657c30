import { availableParallelism } from 'node:os';
import { loadConfig } from '../config/load.js';
import type { DetectionConfig } from '../config/schema.js';
import { checkImages, checkSplits } from '../datasets/checks/check.js';
import { inspectSplits } from '../datasets/checks/inspect.js';
import { openSplits } from '../datasets/checks/open-splits.js';
import { summarize } from '../datasets/checks/summary.js';
import { type Severity, severityOf } from '../datasets/finding.js';
import { checkReport } from '../report/tables/check-tables.js';
import type { CheckOptions } from './check.js';
import { checkClassifier } from './check-classifier.js';
import { interruptedExitCode, interruptSignal } from './terminal/interrupt.js';
import { showProgress } from './terminal/progress.js';

/** Checks a data set and prints what was found: as JSON on standard output, or for people on standard error. */
export async function checkAction(
  file: string,
  overrides: readonly string[],
  options: CheckOptions,
): Promise<void> {
  const config = await loadConfig(file, overrides);
  if (config.task === 'classification') await checkClassifier(config, options);
  else await checkDetection(config, options);
}

async function checkDetection(config: DetectionConfig, { split, json = false }: CheckOptions): Promise<void> {
  const names = split ? [split] : (['train', 'val'] as const);
  const generating = showProgress('Generating images');
  const opened = await openSplits(config.data, names, (done, total) => generating.show(done, total));
  generating.end();

  const { data } = opened;
  const signal = interruptSignal('Stopping; what was found so far follows.');
  const display = showProgress('Checking');
  const onProgress = (done: number, total: number): void => display.show(done, total);
  const workers = availableParallelism();
  const splits = await inspectSplits({ ...opened, thorough: true, workers, onProgress, signal });
  display.end();
  // Of a part of the images nothing can be said about the whole.
  const found = signal.aborted ? checkImages(data, splits) : checkSplits(data, splits);
  const findings = [...opened.findings, ...found];
  const count = (severity: Severity) => findings.filter((finding) => severityOf(finding) === severity).length;
  const result = {
    complete: !signal.aborted,
    faults: count('fault'),
    warnings: count('warning'),
    findings: findings.map((finding) => ({ severity: severityOf(finding), ...finding })),
    summary: splits.map(summarize),
  };
  if (json) console.log(JSON.stringify(result, null, 2));
  else console.error(checkReport(findings, result.summary));
  process.exitCode = signal.aborted ? interruptedExitCode : result.faults > 0 ? 1 : 0;
}
