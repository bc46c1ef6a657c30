import { availableParallelism } from 'node:os';
import type { DetectionConfig } from '../config/schema.js';
import { type SampleLoader, trainingLoader } from '../datasets/loader.js';
import type { Dataset, Sample } from '../datasets/sample.js';
import { verifySplits } from '../datasets/verify.js';
import { UserError } from '../errors.js';
import { buildMaskRcnn, type MaskRcnn } from '../models/mask-rcnn.js';
import { Weights } from '../nn/weights.js';
import { loadBackboneWeights, loadWeights, saveModel } from '../weights/model-file.js';
import { loadCheckpoint, type Progress, saveCheckpoint } from './checkpoint.js';
import { evaluateNetwork, type NetworkEvaluation } from './evaluate.js';
import { addGradients, clipGradients, computeGradients, type Gradients } from './gradients.js';
import { batchLosses } from './instance-segmentation.js';
import { type LogEntry, openLog } from './log.js';
import { exists, type RunFolder } from './run-folder.js';
import { learningRateAt } from './schedule.js';
import { Sgd } from './sgd.js';

/** What a run is made of. */
export interface TrainingRun {
  readonly config: DetectionConfig;
  readonly folder: RunFolder;
  /** Whether to continue from the folder's last checkpoint, if it has one. */
  readonly resume: boolean;
  readonly train: Dataset;
  /** Needed where the config asks for validation. */
  readonly validation: Dataset | undefined;
  /** Ends the run after the step at hand, with a checkpoint. */
  readonly signal: AbortSignal;
}

/** What a run tells about itself while it goes on. */
export interface TrainingListener {
  /** Samples are read once before the first step, so that broken ones are found now. */
  onVerify(done: number, total: number): void;
  /** There is something that the user should know. */
  onNotice(notice: string): void;
  /** The first step is about to be made after `step` ones. */
  onStart(step: number): void;
  onStep(entry: LogEntry): void;
  onValidate(done: number, total: number): void;
  /** A validation is over. `isBest`: no earlier one of the run has a higher AP_m, so its weights are the run's. */
  onEvaluation?(validation: ValidatedStep): void;
}

/** The validation after a step. */
export interface ValidatedStep {
  readonly step: number;
  readonly evaluation: NetworkEvaluation;
  readonly isBest: boolean;
}

/**
 * Trains a detector: the whole loop, from the first sample to the last checkpoint.
 *
 * @returns how many steps are done: fewer than the config says where the signal ended the run
 * @throws UserError when a sample, a weights file or the folder is at fault; Error when a loss isn't finite
 */
export async function train(run: TrainingRun, listener: TrainingListener): Promise<number> {
  const { config, folder, signal } = run;
  const { training } = config;
  await verifySamples(run, listener);

  const network = buildMaskRcnn(config.model, run.train.classes.length);
  const weights = new Weights(network.parameters, config.seed);
  const optimizer = new Sgd(weights, training);
  let progress = await startOrResume(run, weights, optimizer);
  const log = await openLog(folder, progress.step);
  const loader = trainingLoader({
    ...loading(run, run.train),
    seed: config.seed,
    start: progress.images,
    horizontalFlip: config.input.horizontalFlip,
  });
  listener.onStart(progress.step);
  try {
    while (progress.step < training.steps && !signal.aborted) {
      const started = performance.now();
      const learningRate = learningRateAt(progress.step, training);
      const { losses, gradients } = await accumulate(network, weights, loader, config, progress);
      const clipped = training.clipNorm ? clipGradients(gradients, training.clipNorm) : gradients;
      optimizer.step(clipped, learningRate);
      const images = training.batchSize * training.accumulate;
      progress = { ...progress, step: progress.step + 1, images: progress.images + images };
      const seconds = (performance.now() - started) / 1000;
      // Lets the interrupt signal come through: everything above may have happened in one go.
      await new Promise(setImmediate);

      const evaluation = isDue(progress.step, training.validateEvery, training.steps)
        ? await validate(run, network, weights, listener)
        : undefined;
      const validation = evaluation && { AP_d: evaluation.metrics.AP_d, AP_m: evaluation.metrics.AP_m };
      const entry: LogEntry = {
        step: progress.step,
        loss: Object.values(losses).reduce((sum, loss) => sum + loss, 0),
        losses,
        learningRate,
        imagesPerSecond: images / seconds,
        ...(validation && { validation }),
      };
      await log.write(entry);
      listener.onStep(entry);

      const score = validation?.AP_m ?? undefined;
      const isBest = score !== undefined && score > (progress.best ?? Number.NEGATIVE_INFINITY);
      if (isBest) progress = { ...progress, best: score };
      if (evaluation) listener.onEvaluation?.({ step: progress.step, evaluation, isBest });
      if (signal.aborted || isBest || isDue(progress.step, training.checkpointEvery, training.steps)) {
        await saveProgress(run, weights, optimizer, progress, isBest);
      }
    }
    return progress.step;
  } finally {
    await loader.close();
    await log.close();
    optimizer.dispose();
    weights.dispose();
  }
}

function loading({ config }: TrainingRun, { ids, records }: Dataset) {
  const { data, dataWorkers, training } = config;
  // Enough for the next step to be ready while one goes on.
  const ahead = 2 * training.batchSize * training.accumulate;
  return { data, ids, records, workers: dataWorkers, ahead };
}

async function verifySamples(run: TrainingRun, listener: TrainingListener): Promise<void> {
  const { data, dataWorkers } = run.config;
  const notice = await verifySplits({
    data,
    splits: [
      { name: 'train', dataset: run.train },
      ...(run.validation ? [{ name: 'val' as const, dataset: run.validation }] : []),
    ],
    // Nothing else is done meanwhile.
    workers: dataWorkers > 0 ? availableParallelism() : 0,
    onProgress: (done, total) => listener.onVerify(done, total),
    signal: run.signal,
  });
  if (notice) listener.onNotice(notice);
}

/** Puts weights and optimiser where the run stands: at its last checkpoint, or at its beginning. */
async function startOrResume(run: TrainingRun, weights: Weights, optimizer: Sgd): Promise<Progress> {
  const { config, folder } = run;
  if (run.resume && (await exists(folder.last))) return loadCheckpoint(folder.last, weights, optimizer);
  const { weights: whole, backbone } = config.model;
  if (backbone.norm === 'frozen' && !backbone.weights && !whole) {
    throw new UserError(
      'model.backbone.norm is frozen, which needs the statistics of a trained backbone: set ' +
        'model.backbone.weights=<file>, or train the norms, too: model.backbone.norm=batch ' +
        'model.backbone.trainableStages=5',
    );
  }
  if (backbone.weights) {
    await loadBackboneWeights(backbone.weights, weights, backbone.name);
  }
  if (whole) await loadWeights(whole, weights);
  return { step: 0, images: 0, seed: config.seed };
}

/** The losses of one step, averaged over its passes, and the gradients of their sum. */
async function accumulate(
  network: MaskRcnn,
  weights: Weights,
  loader: SampleLoader,
  config: DetectionConfig,
  progress: Progress,
): Promise<{ losses: Record<string, number>; gradients: Gradients }> {
  const { batchSize, accumulate: passes } = config.training;
  const losses: Record<string, number> = {};
  let gradients: Gradients = new Map();
  for (let pass = 0; pass < passes; pass++) {
    const samples: Sample[] = [];
    while (samples.length < batchSize) samples.push(await loader.next());
    const position = progress.images + pass * batchSize;
    const result = computeGradients(
      weights,
      (ops) => batchLosses(network, ops, samples, config, position),
      1 / passes,
    );
    if (!result.gradients) throw nonFiniteLoss(progress, result.losses, samples);
    gradients = addGradients(gradients, result.gradients);
    for (const [name, loss] of Object.entries(result.losses)) {
      losses[name] = (losses[name] ?? 0) + loss / passes;
    }
  }
  return { losses, gradients };
}

function nonFiniteLoss(
  progress: Progress,
  losses: Readonly<Record<string, number>>,
  samples: readonly Sample[],
): Error {
  const values = Object.entries(losses).map(([name, loss]) => `${name} ${loss}`);
  const ids = samples.map(({ id }) => id);
  return new Error(
    `step ${progress.step + 1}: a loss isn't finite (${values.join(', ')}) on ${ids.join(', ')}; ` +
      'lower training.learningRate, lengthen training.warmup or set training.clipNorm; the last checkpoint is kept',
  );
}

/** Whether something happens after a step: every so many, and at the end. */
function isDue(step: number, every: number | undefined, steps: number): boolean {
  return every !== undefined && (step % every === 0 || step === steps);
}

/** Evaluates on the validation split; undefined when the run is ended meanwhile. */
async function validate(
  run: TrainingRun,
  network: MaskRcnn,
  weights: Weights,
  listener: TrainingListener,
): Promise<NetworkEvaluation | undefined> {
  if (!run.validation) return undefined;
  return evaluateNetwork(network, weights, run.config, run.validation, {
    signal: run.signal,
    onImage: (_image, done, total) => listener.onValidate(done, total),
  });
}

async function saveProgress(
  { folder, config }: TrainingRun,
  weights: Weights,
  optimizer: Sgd,
  progress: Progress,
  isBest: boolean,
): Promise<void> {
  await saveCheckpoint(folder.last, weights, optimizer, progress, config);
  if (isBest) await saveCheckpoint(folder.best, weights, optimizer, progress, config);
  // Without a validation the last weights are the best that is known.
  if (isBest || progress.best === undefined) await saveModel(folder.weights, weights, config);
}
