import path from 'node:path';
import { loadConfig } from '../config/load.js';
import { requireDetection } from '../config/require-task.js';
import type { Config, DetectionConfig } from '../config/schema.js';
import { openDataset } from '../datasets/open.js';
import type { Dataset } from '../datasets/sample.js';
import { type Engine, loadEngine } from '../engine/load.js';
import { writeTextAtomically } from '../files.js';
import { type LogEntry, readLog } from '../training/log.js';
import {
  configDifferences,
  exists,
  findRun,
  newRun,
  type RunFolder,
  readRunConfig,
  requireSameRun,
  writeConfig,
} from '../training/run-folder.js';
import { train, type ValidatedStep } from '../training/train.js';
import { withClasses } from './data-config.js';
import { interruptedExitCode, interruptSignal } from './interrupt.js';
import { duration, showProgress } from './progress.js';
import type { TrainOptions } from './train.js';
import { type EvaluatedSplit, writeReport } from './write-report.js';

/** Trains and says what became of it. */
export async function trainAction(
  file: string,
  overrides: readonly string[],
  options: TrainOptions,
): Promise<void> {
  const { config: chosen, folder } = await chooseRun(file, overrides, options);
  const config = requireDetection(chosen, file);
  const { threads, precision } = config;
  const engine = await loadEngine({ threads, precision });
  const signal = interruptSignal('Saving after this step; press Ctrl-C again to quit at once.');

  const generating = showProgress('Generating images');
  const open = async (split: 'train' | 'val') => {
    const dataset = await openDataset(config.data, split, (done, total) => generating.show(done, total));
    generating.end();
    for (const notice of dataset.notices) console.error(notice);
    return dataset;
  };
  const trainSplit = await open('train');
  const validation = config.training.validateEvery === undefined ? undefined : await open('val');
  // Not before the data: a mistake there shouldn't leave a run behind.
  await writeConfig(folder, config);
  console.error(`Training on ${trainSplit.ids.length} images; the run is ${folder.folder}`);

  const started = performance.now();
  const displays = {
    verify: showProgress('Checking images'),
    training: showProgress('Training'),
    validation: showProgress('Validating'),
  };
  const endDisplays = (): void => {
    for (const display of Object.values(displays)) display.end();
  };
  const { steps } = config.training;
  let stepped = false;
  let kept: ValidatedStep | undefined;
  try {
    const done = await train(
      { config, folder, resume: options.resume ?? false, train: trainSplit, validation, signal },
      {
        onVerify: (images, total) => displays.verify.show(images, total),
        onNotice: (notice) => {
          displays.verify.end();
          console.error(notice);
        },
        onStart: (step) => {
          displays.verify.end();
          displays.training.show(step, steps);
        },
        onStep: (entry) => {
          stepped = true;
          displays.validation.end();
          if (entry.validation) {
            displays.training.end();
            console.error(`step ${entry.step}: ${describeValidation(entry.validation)}`);
          }
          displays.training.show(entry.step, steps, describeStep(entry));
        },
        onValidate: (images, total) => {
          displays.training.end();
          displays.validation.show(images, total);
        },
        onEvaluation: (validated) => {
          if (validated.isBest || !kept?.isBest) kept = validated;
        },
      },
    );
    endDisplays();
    // A run that was complete already has its report.
    if (done === steps && stepped) await writeResults({ folder, config, engine }, kept, validation);
    report(folder, config, done, (performance.now() - started) / 1000);
  } finally {
    endDisplays();
  }
}

/**
 * Writes the run's report, and the metrics of its weights where they were validated.
 *
 * @param kept the best validation, or the last one where the best was made before the run was continued
 */
async function writeResults(
  { folder, config, engine }: { folder: RunFolder; config: DetectionConfig; engine: Engine },
  kept: ValidatedStep | undefined,
  dataset: Dataset | undefined,
): Promise<void> {
  let evaluated: EvaluatedSplit | undefined;
  if (kept && dataset) {
    const { evaluation, step, isBest } = kept;
    if (isBest) await writeTextAtomically(folder.metrics, `${JSON.stringify(evaluation.metrics, null, 2)}\n`);
    evaluated = { evaluation, dataset, split: 'val', step };
  }
  await writeReport(folder.report, {
    name: path.basename(path.resolve(folder.folder)),
    config,
    weights: folder.weights,
    engine,
    log: await readLog(folder.log),
    evaluated,
  });
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
  const unnamed = config.data.format === 'coco' && config.data.classes === undefined;
  for (const difference of configDifferences(continued, config).keys()) {
    if (unnamed && difference === 'data.classes') continue;
    console.error(`${file}: ${difference} differs from the run's own config, which counts`);
  }
  if (!(await exists(folder.last))) {
    console.error(`${folder.folder} has no checkpoint; starting from the beginning.`);
  }
  return { config: continued, folder };
}

function describeStep({ loss, losses, learningRate, imagesPerSecond }: LogEntry): string {
  const parts = Object.entries(losses).map(([name, value]) => `${name} ${value.toFixed(3)}`);
  return `loss ${loss.toFixed(3)} (${parts.join(', ')})  lr ${learningRate.toPrecision(3)}  ${imagesPerSecond.toFixed(1)} images/s`;
}

function describeValidation(figures: Readonly<Record<string, number | null>>): string {
  return Object.entries(figures)
    .map(([name, figure]) => `${name} ${figure === null ? 'undefined' : (100 * figure).toFixed(1)}`)
    .join('  ');
}

function report(folder: RunFolder, config: Config, done: number, seconds: number): void {
  if (done < config.training.steps) {
    console.error(
      `Interrupted after step ${done} of ${config.training.steps}; continue with --resume --out ${folder.folder}`,
    );
    process.exitCode = interruptedExitCode;
    return;
  }
  console.error(
    `${done} steps, ${duration(seconds)}. Weights: ${folder.weights}\nReport: ${folder.report}\nNext: atto eval ${folder.folder}`,
  );
}
