import type { Config } from '../config/schema.js';
import { UserError } from '../errors.js';
import { saveModel } from '../weights/model-file.js';
import { loadCheckpoint, type Progress, type RunState, saveCheckpoint } from './checkpoint.js';
import { exists, type RunFolder } from './run-folder.js';
import { loadStartingWeights } from './starting-weights.js';
import { updateAverage } from './weight-average.js';

/** Where a run's state comes from and goes to. */
interface StatefulRun {
  readonly config: Config;
  readonly folder: RunFolder;
  readonly resume: boolean;
}

/**
 * Puts weights, average and optimizer where the run stands: at its last checkpoint, or at its beginning.
 *
 * @throws UserError when a weights file or checkpoint doesn't fit, or frozen norms have nothing to start from
 */
export async function startOrResume(
  { config, folder, resume }: StatefulRun,
  state: RunState,
): Promise<Progress> {
  if (resume && (await exists(folder.last))) return loadCheckpoint(folder.last, state);
  const { weights: whole, backbone } = config.model;
  if (backbone.norm === 'frozen' && !backbone.weights && !whole) {
    throw new UserError(
      'model.backbone.norm is frozen, which needs the statistics of a trained backbone: set ' +
        'model.backbone.weights=<file>, or train the norms, too: model.backbone.norm=batch ' +
        'model.backbone.trainableStages=5',
    );
  }
  await loadStartingWeights(config, state.weights);
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
