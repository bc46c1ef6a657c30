import path from 'node:path';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { formatOf } from '../datasets/formats.js';
import { loadEngine } from '../engine/load.js';
import { percent } from '../metrics/metric-value.js';
import {
  configDifferences,
  exists,
  findRun,
  newRun,
  type RunFolder,
  readRunConfig,
  requireSameRun,
} from '../training/run-folder.js';
import { withClasses } from './data-config.js';
import type { TrainedRun } from './follow-training.js';
import { interruptedExitCode, interruptSignal } from './terminal/interrupt.js';
import { duration } from './terminal/progress.js';
import type { TrainOptions } from './train.js';
import { trainClassifier } from './train-classifier.js';
import { trainDetector } from './train-detector.js';

/** Trains and says what became of it. */
export async function trainAction(
  file: string,
  overrides: readonly string[],
  options: TrainOptions,
): Promise<void> {
  const { config, folder } = await chooseRun(file, overrides, options);
  const { threads, precision } = config;
  const engine = await loadEngine({ threads, precision });
  const signal = interruptSignal('Saving after this step; press Ctrl-C again to quit at once.');
  const started = { folder, engine, resume: options.resume ?? false, signal };
  const trained =
    config.task === 'classification'
      ? await trainClassifier(config, started)
      : await trainDetector(config, started);
  report(folder, config, trained);
}

/** The run to make or to continue, and its config. */
async function chooseRun(
  file: string,
  overrides: readonly string[],
  { out, resume }: TrainOptions,
): Promise<{ config: Config; folder: RunFolder }> {
  const config = await loadConfig(file, overrides);
  const name = path.basename(file).replace(/\.[^.]+$/, '');
  if (!resume) return { config: await withClasses(config), folder: await newRun(name, out) };

  const folder = await findRun(name, out);
  if (!folder) {
    console.error(`There is no run of ${name} to continue; starting one.`);
    return { config: await withClasses(config), folder: await newRun(name, out) };
  }
  // The run's own config counts, not what the file has become since; the command line may still change a few keys.
  const started = await readRunConfig(folder);
  const continued = await readRunConfig(folder, overrides);
  requireSameRun(folder, started, continued);
  // A config that names no classes takes those of the data, and differs in nothing by that.
  const unnamed = formatOf(config.data).classes(config.data) === undefined;
  for (const difference of configDifferences(continued, config).keys()) {
    if (unnamed && difference === 'data.classes') continue;
    console.error(`${file}: ${difference} differs from the run's own config, which counts`);
  }
  if (!(await exists(folder.last))) {
    console.error(`${folder.folder} has no checkpoint; starting from the beginning.`);
  }
  return { config: continued, folder };
}

function report(
  folder: RunFolder,
  config: Config,
  { done, seconds, waited }: Omit<TrainedRun<unknown>, 'kept'>,
): void {
  if (done < config.training.steps) {
    console.error(
      `Interrupted after step ${done} of ${config.training.steps}; continue with --resume --out ${folder.folder}`,
    );
    process.exitCode = interruptedExitCode;
    return;
  }
  console.error(
    `${done} steps, ${duration(seconds)}, of which ${percent(waited / seconds)} % waiting for images. Weights: ${folder.weights}\nReport: ${folder.report}\nNext: atto eval ${folder.folder}`,
  );
}
