import { z } from 'zod';
import type { Config } from '../config/schema.js';
import { tf } from '../engine/tf.js';
import type { Variable } from '../engine/variable.js';
import { UserError } from '../errors.js';
import type { Parameter } from '../nn/parameter.js';
import type { Weights } from '../nn/weights.js';
import { checkpointPart, checkpointPrefixes } from '../weights/checkpoint-parts.js';
import { restore, saveModel, weightTensors } from '../weights/model-file.js';
import { openSafetensors, writeSafetensors } from '../weights/safetensors.js';
import type { NamedTensor } from '../weights/tensor-file.js';
import { fromTorch, torchShape, toTorch } from '../weights/torch-layout.js';
import { exists, type RunFolder } from './run-folder.js';
import type { Sgd } from './sgd.js';
import { updateAverage } from './weight-average.js';

/** Everything that training changes. */
export interface RunState {
  readonly weights: Weights;
  readonly optimizer: Sgd;
  /** Exponential moving average of the weights, where there is one. */
  readonly average: Weights | undefined;
}

/**
 * Position of a run. Every random stream is a function of the seed and a position, so these numbers are the state of
 * all generators and of the data's order too.
 */
const progressSchema = z.strictObject({
  /** Steps done. */
  step: z.int().min(0),
  /** Training images seen; the position in the data's order. */
  images: z.int().min(0),
  seed: z.int(),
  /** Highest headline metric of a validation so far. */
  best: z.number().optional(),
});
export type RunProgress = z.output<typeof progressSchema>;

/**
 * Writes everything that resuming needs: weights with their running statistics, their average, velocities, progress and
 * config. A checkpoint is a weights file with more in it. The previous one stays until the new one is complete.
 */
async function saveCheckpoint(
  file: string,
  state: RunState,
  progress: RunProgress,
  config: Config,
): Promise<void> {
  await writeSafetensors(file, checkpointTensors(state), {
    config: JSON.stringify(config),
    progress: JSON.stringify(progress),
  });
}

function* checkpointTensors({ weights, optimizer, average }: RunState): Generator<NamedTensor> {
  yield* weightTensors(weights);
  for (const [parameter, velocity] of optimizer.velocities) {
    const values = velocity.read();
    yield {
      name: checkpointPrefixes.velocity + parameter.name,
      shape: torchShape(parameter),
      data: toTorch(parameter, values.dataSync<'float32'>()),
    };
    values.dispose();
  }
  if (!average) return;
  for (const tensor of weightTensors(average)) {
    yield { ...tensor, name: checkpointPrefixes.average + tensor.name };
  }
}

/**
 * Takes weights, their average and velocities from a checkpoint.
 *
 * @returns the run's progress
 * @throws UserError when the file is damaged, no checkpoint, or of another model
 */
async function loadCheckpoint(file: string, { weights, optimizer, average }: RunState): Promise<RunProgress> {
  const source = await openSafetensors(file);
  try {
    const { progress } = source.metadata;
    if (progress === undefined) {
      throw new UserError(`${file}: holds weights but no training state; give it as model.weights instead`);
    }
    await restore(checkpointPart(source, 'weight'), weights);
    if (average) await restore(checkpointPart(source, 'average'), average);
    const velocities = checkpointPart(source, 'velocity');
    for (const [parameter, velocity] of optimizer.velocities) {
      assignValues(velocity, parameter, await velocities.read(parameter.name));
    }
    return progressSchema.parse(JSON.parse(progress));
  } finally {
    await source.close();
  }
}

function assignValues(variable: Variable, parameter: Parameter, data: Float32Array): void {
  const values = tf.tensor(fromTorch(parameter, data), [...parameter.shape]);
  variable.assign(values);
  values.dispose();
}

/** A run whose state is loaded and saved. */
interface StatefulRun {
  readonly config: Config;
  readonly folder: RunFolder;
  readonly resume: boolean;
  initialize(weights: Weights): Promise<void>;
}

/**
 * Sets weights, average and optimizer to the run's last checkpoint, or to its beginning.
 *
 * @throws UserError when the checkpoint doesn't fit, and what `initialize` throws
 */
export async function startOrResume(
  { config, folder, resume, initialize }: StatefulRun,
  state: RunState,
): Promise<RunProgress> {
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
  progress: RunProgress,
  isBest: boolean,
): Promise<void> {
  // Without a validation the last weights are the best that is known.
  if (isBest || progress.best === undefined) {
    await saveModel(folder.weights, state.average ?? state.weights, config);
  }
  if (isBest) await saveCheckpoint(folder.best, state, progress, config);
  await saveCheckpoint(folder.last, state, progress, config);
}
