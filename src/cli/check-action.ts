import { loadConfig } from '../config/load.js';
import type { DetectionConfig } from '../config/schema.js';
import { checkDataset } from '../datasets/check.js';
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
  const signal = interruptSignal('Stopping; what was found so far follows.');
  const generating = showProgress('Generating images');
  const display = showProgress('Checking');
  const result = await checkDataset(config.data, {
    ...(split && { splits: [split] }),
    onGenerate: (done, total) => generating.show(done, total),
    onProgress: (done, total) => {
      generating.end();
      display.show(done, total);
    },
    signal,
  });
  display.end();
  if (json) console.log(JSON.stringify(result, null, 2));
  else console.error(checkReport(result.findings, result.summary));
  process.exitCode = signal.aborted ? interruptedExitCode : result.faults > 0 ? 1 : 0;
}
