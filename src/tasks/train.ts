import type { ConfigOverrides } from '../config/overrides.js';
import type { Config } from '../config/schema.js';
import { commonSettings } from '../datasets/dataset-format.js';
import { loadEngine } from '../engine/load.js';
import { writeTextAtomically } from '../files.js';
import { type LogEntry, readLog } from '../training/log.js';
import {
  configDifferences,
  exists,
  findRun,
  nameOfRun,
  newRun,
  type RunFolder,
  readRunConfig,
  requireSameRun,
} from '../training/run-folder.js';
import { runTraining, type ValidatedStep } from '../training/train.js';
import { taskOf } from './find-task.js';
import { type JobListener, whileGenerating } from './listener.js';
import { type ConfigSource, nameOfConfig, readConfig, withClasses } from './read-config.js';
import { loadStartingWeights } from './starting-weights.js';
import type { OpenedSplit, TaskEvaluation } from './task.js';

export interface TrainOptions extends JobListener {
  readonly overrides?: ConfigOverrides | undefined;
  /** Folder of the run: `runs/<name of the config>-<date>` by default. */
  readonly out?: string | undefined;
  /** Whether to continue the run in `out`, or the newest run of this config. */
  readonly resume?: boolean | undefined;
  /**
   * Ends the run after the step at hand, with a checkpoint. Before the first step nothing is written, and the promise
   * rejects with the signal's reason.
   */
  readonly signal?: AbortSignal | undefined;
  /** Called before the first step with the number of steps done before, and of all. */
  onStart?(step: number, steps: number): void;
  onStep?(entry: LogEntry): void;
}

/** Outcome of a training run. */
export interface TrainingResult {
  /** Folder of the run and the files in it. */
  readonly run: RunFolder;
  readonly config: Config;
  /** Steps done: fewer than `config.training.steps` where the signal ended the run. */
  readonly steps: number;
  /** Duration of this part of the run. */
  readonly seconds: number;
  /** Seconds of it that the steps waited for their images. */
  readonly waited: number;
  /** Metrics of the run's weights where they were validated in this part of the run. */
  readonly metrics: TaskEvaluation['metrics'] | undefined;
}

/**
 * Trains the network that a config describes, and writes the run's folder: config, log, checkpoints, weights, metrics and
 * report.
 *
 * @throws UserError when the config, the data, a weights file or the folder is at fault; Error when a loss isn't finite
 */
export async function train(source: ConfigSource, options: TrainOptions = {}): Promise<TrainingResult> {
  options.signal?.throwIfAborted();
  const { config, folder } = await chooseRun(source, options);
  const { training, threads, precision } = config;
  const engine = await loadEngine({ threads, precision });
  const task = taskOf(config);
  const notices: string[] = [];
  const say = (notice: string): void => {
    notices.push(notice);
    options.onNotice?.(notice);
  };
  const open = async (name: 'train' | 'val'): Promise<OpenedSplit> => {
    const split = await task.open(config, name, whileGenerating(options, options.signal));
    for (const notice of split.notices) say(notice);
    return split;
  };
  const split = await open('train');
  const validation = training.validateEvery === undefined ? undefined : await open('val');
  const learner = await task.learner(config, { train: split, validation });

  const started = performance.now();
  let waited = 0;
  let stepped = false;
  let kept: ValidatedStep<TaskEvaluation> | undefined;
  const steps = await runTraining(
    {
      learner,
      config,
      folder,
      resume: options.resume ?? false,
      signal: options.signal ?? new AbortController().signal,
      initialize: (weights) => loadStartingWeights(config, weights),
    },
    {
      onVerify: (done, total) => options.onProgress?.('checking', done, total),
      onNotice: say,
      onStart: (step) => options.onStart?.(step, training.steps),
      onStep: (entry) => {
        stepped = true;
        waited += entry.dataTime;
        options.onStep?.(entry);
      },
      onValidate: (done, total) => options.onProgress?.('validating', done, total),
      onEvaluation: (validated) => {
        if (validated.isBest || !kept?.isBest) kept = validated;
      },
    },
  );
  const seconds = (performance.now() - started) / 1000;
  const metrics = kept?.isBest ? kept.evaluation.metrics : undefined;
  // With what the data settled.
  const written = await readRunConfig(folder);
  // A run that was complete before has its report already, unless it was killed before that was written.
  if (steps === training.steps && (stepped || !(await exists(folder.report)))) {
    if (metrics) await writeTextAtomically(folder.metrics, `${JSON.stringify(metrics, null, 2)}\n`);
    await task.writeReport(folder.report, {
      name: nameOfRun(folder),
      config: written,
      weights: folder.weights,
      engine,
      log: await readLog(folder.log),
      notices,
      evaluated: kept && validation && { ...kept, dataset: validation, split: 'val' },
    });
  }
  return { run: folder, config: written, steps, seconds, waited, metrics };
}

/** Run to start or to continue, with its config. */
async function chooseRun(
  source: ConfigSource,
  { overrides = [], out, resume, onNotice }: TrainOptions,
): Promise<{ config: Config; folder: RunFolder }> {
  const config = await readConfig(source, overrides);
  const name = nameOfConfig(source);
  const fresh = async () => ({ config: await withClasses(config), folder: await newRun(name, out) });
  if (!resume) return fresh();

  const folder = await findRun(name, out);
  if (!folder) {
    onNotice?.(`There is no run of ${name} to continue; starting one.`);
    return fresh();
  }
  // The run's own config counts, not the file's present content; overrides may still change a few keys.
  const started = await readRunConfig(folder);
  const continued = await readRunConfig(folder, overrides);
  requireSameRun(folder, started, continued);
  // Classes that the file leaves to the data are no difference.
  const unnamed = !('classes' in config.data) || config.data.classes === undefined;
  for (const difference of configDifferences(continued, config).keys()) {
    if (unnamed && difference === 'data.classes') continue;
    // What the data settles when a run starts is no difference either.
    if (difference === 'data.orientation' && commonSettings(config.data).orientation === 'auto') continue;
    onNotice?.(`${name}: ${difference} differs from the run's own config, which counts`);
  }
  if (!(await exists(folder.last))) {
    onNotice?.(`${folder.folder} has no checkpoint; starting from the beginning.`);
  }
  return { config: continued, folder };
}
