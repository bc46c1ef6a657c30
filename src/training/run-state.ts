import type { Config } from '../config/schema.js';
import type { Weights } from '../nn/weights.js';
import { saveModel } from '../weights/model-file.js';
import { loadCheckpoint, type Progress, type RunState, saveCheckpoint } from './checkpoint.js';
import { exists, type RunFolder } from './run-folder.js';
import { updateAverage } from './weight-average.js';

/** Where a run's state comes from and goes to. */
interface StatefulRun {
  readonly config: Config;
  readonly folder: RunFolder;
  readonly resume: boolean;
  initialize(weights: Weights): Promise<void>;
}

/**
 * Puts weights, average and optimizer where the run stands: at its last checkpoint, or at its beginning.
 *
 * @throws UserError when the checkpoint doesn't fit, and what `initialize` throws
 */
export async function startOrResume(
  { config, folder, resume, initialize }: StatefulRun,
  state: RunState,
): Promise<Progress> {
  if (resume && (await exists(folder.last))) return loadCheckpoint(folder.last, state);
  await initialize(state.weights);
  if (state.average) updateAverage(state.average, state.weights, 0);
  return { step: 0, images: 0, seed: config.seed };
}

/**
 * Writes the run's weights where they are the best that is known, and then the checkpoint to continue from. That one comes
 * last because it says that the others are written: a run that is killed before continues from an earlier checkpoint,
 * makes the same steps and writes the same files again.
 */
export async function saveProgress(
  { folder, config }: StatefulRun,
  state: RunState,
  progress: Progress,
  isBest: boolean,
): Promise<void> {
  // Without a validation the last weights are the best that is known.
  if (isBest || progress.best === undefined) {
    await saveModel(folder.weights, state.average ?? state.weights, config);
  }
  if (isBest) await saveCheckpoint(folder.best, state, progress, config);
  await saveCheckpoint(folder.last, state, progress, config);
}
