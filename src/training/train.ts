import type { Config } from '../config/schema.js';
import { Weights } from '../nn/weights.js';
import { type RunState, saveProgress, startOrResume } from './checkpoint.js';
import { clipGradients } from './gradients.js';
import type { Learner, VerifiedData } from './learner.js';
import { type LogEntry, openLog } from './log.js';
import { type RunFolder, writeConfig } from './run-folder.js';
import { learningRateAt, Sgd } from './sgd.js';
import { computeStep } from './step.js';
import { averageDecayAt, updateAverage } from './weight-average.js';

/** A run: its learner, its config and its folder. */
export interface TrainingRun<Sample extends { readonly id: string }, Evaluation> {
  readonly learner: Learner<Sample, Evaluation>;
  readonly config: Config;
  readonly folder: RunFolder;
  /** Whether to continue from the folder's last checkpoint, if it has one. */
  readonly resume: boolean;
  /** Ends the run after the step at hand, with a checkpoint. */
  readonly signal: AbortSignal;
  /** Gives the weights of a new run, which are random until then, their values. */
  initialize(weights: Weights): Promise<void>;
}

/** Listener to a run. */
export interface TrainingListener<Evaluation> {
  /** Called while all samples are checked, before the first step. */
  onVerify?(done: number, total: number): void;
  /** Called with notices for the user, before the first step. */
  onNotice?(notice: string): void;
  /** Called before the first step, with the number of steps that were done before. */
  onStart?(step: number): void;
  onStep?(entry: LogEntry): void;
  onValidate?(done: number, total: number): void;
  /** Called after a validation. `isBest`: its headline is the highest of the run, so its weights are the run's. */
  onEvaluation?(validation: ValidatedStep<Evaluation>): void;
}

/** Validation after a step. */
export interface ValidatedStep<Evaluation> {
  readonly step: number;
  readonly evaluation: Evaluation;
  readonly isBest: boolean;
}

/**
 * Trains a network: the whole loop, from the first sample to the last checkpoint.
 *
 * @returns number of steps done: fewer than in the config where the signal ended the run
 * @throws UserError when a sample, a weights file or the folder is at fault; Error when a loss isn't finite; the signal's
 * reason where it ended the run while its data was checked: nothing is written then
 */
export async function runTraining<Sample extends { readonly id: string }, Evaluation>(
  started: TrainingRun<Sample, Evaluation>,
  listener: TrainingListener<Evaluation>,
): Promise<number> {
  const { learner, folder, signal } = started;
  const data = await verifiedData(started, listener);
  const config = data.config ?? started.config;
  const run = { ...started, config };
  const { training, seed } = config;
  const { emaDecay } = training;

  const weights = new Weights(learner.parameters, seed);
  const state: RunState = {
    weights,
    optimizer: new Sgd(weights, training),
    average: emaDecay === undefined ? undefined : new Weights(learner.parameters, seed),
  };
  let progress = await startOrResume(run, state);
  // Not before the data and the starting weights were accepted, so that a mistake there leaves no run behind.
  await writeConfig(folder, config);
  listener.onNotice?.(`Training on ${data.size}; the run is ${folder.folder}`);
  const log = await openLog(folder, progress.step);
  const loader = data.openLoader(progress.images);
  listener.onStart?.(progress.step);
  try {
    while (progress.step < training.steps && !signal.aborted) {
      const started = performance.now();
      const learningRate = learningRateAt(progress.step, training);
      const { losses, gradients, dataTime } = await computeStep(
        { learner, weights, loader },
        training,
        progress,
      );
      const clipped = training.clipNorm ? clipGradients(gradients, training.clipNorm) : gradients;
      state.optimizer.step(clipped, learningRate);
      if (state.average && emaDecay !== undefined) {
        updateAverage(state.average, weights, averageDecayAt(progress.step, emaDecay));
      }
      const images = training.batchSize * training.accumulate;
      progress = { ...progress, step: progress.step + 1, images: progress.images + images };
      const seconds = (performance.now() - started) / 1000;
      // Lets the interrupt signal come through: everything above may have happened in one go.
      await new Promise(setImmediate);

      const evaluation = isDue(progress.step, training.validateEvery, training.steps)
        ? await learner.validate(state.average ?? weights, {
            signal,
            onProgress: (done, total) => listener.onValidate?.(done, total),
          })
        : undefined;
      const validation = evaluation && learner.logged(evaluation);
      const entry: LogEntry = {
        step: progress.step,
        loss: Object.values(losses).reduce((sum, loss) => sum + loss, 0),
        losses,
        learningRate,
        imagesPerSecond: images / seconds,
        dataTime,
        ...(validation && { validation }),
      };
      await log.write(entry);
      listener.onStep?.(entry);

      const score = validation?.[learner.headline] ?? undefined;
      const isBest = score !== undefined && score > (progress.best ?? Number.NEGATIVE_INFINITY);
      if (isBest) progress = { ...progress, best: score };
      if (evaluation) listener.onEvaluation?.({ step: progress.step, evaluation, isBest });
      if (signal.aborted || isBest || isDue(progress.step, training.checkpointEvery, training.steps)) {
        await saveProgress(run, state, progress, isBest);
      }
    }
    return progress.step;
  } finally {
    await loader.close();
    await log.close();
    state.optimizer.dispose();
    state.average?.dispose();
    weights.dispose();
  }
}

async function verifiedData<Sample extends { readonly id: string }, Evaluation>(
  { learner, signal }: TrainingRun<Sample, Evaluation>,
  listener: TrainingListener<Evaluation>,
): Promise<VerifiedData<Sample>> {
  const data = await learner.verify({
    signal,
    onProgress: (done, total) => listener.onVerify?.(done, total),
  });
  if (!data) {
    signal.throwIfAborted();
    throw new Error('the check of the data ended without a result, and nothing says why');
  }
  for (const notice of data.notices) listener.onNotice?.(notice);
  return data;
}

/** Whether something that happens `every` few steps, and after the last one, happens after this step. */
function isDue(step: number, every: number | undefined, steps: number): boolean {
  return every !== undefined && (step % every === 0 || step === steps);
}
