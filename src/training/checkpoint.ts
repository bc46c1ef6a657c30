import { z } from 'zod';
import type { Config } from '../config/schema.js';
import { tf } from '../engine/tf.js';
import type { Variable } from '../engine/variable.js';
import { UserError } from '../errors.js';
import type { Parameter } from '../nn/parameter.js';
import type { Weights } from '../nn/weights.js';
import { checkpointPart, checkpointPrefixes } from '../weights/checkpoint-parts.js';
import { exportWeights, restore } from '../weights/model-file.js';
import { openSafetensors, writeSafetensors } from '../weights/safetensors.js';
import type { NamedTensor } from '../weights/tensor-file.js';
import { fromTorch, torchShape, toTorch } from '../weights/torch-layout.js';
import type { Sgd } from './sgd.js';

/** All that training changes. */
export interface RunState {
  readonly weights: Weights;
  readonly optimizer: Sgd;
  /** The running average of the weights, where there is one. */
  readonly average: Weights | undefined;
}

/**
 * Where a run stands. Every random stream is a function of the seed and a position, so these numbers are the state of
 * all generators and of the data's order too.
 */
const progressSchema = z.strictObject({
  /** Steps done. */
  step: z.int().min(0),
  /** Training images consumed; the place in the data's order. */
  images: z.int().min(0),
  seed: z.int(),
  /** The best headline figure of a validation so far. */
  best: z.number().optional(),
});
export type Progress = z.output<typeof progressSchema>;

/**
 * Writes all that continuing needs: weights, running statistics, their average, velocities, progress and config. A checkpoint is a
 * weights file with more in it. Whole or not at all: the one before stays until the new one is complete.
 */
export async function saveCheckpoint(
  file: string,
  state: RunState,
  progress: Progress,
  config: Config,
): Promise<void> {
  await writeSafetensors(file, checkpointTensors(state), {
    config: JSON.stringify(config),
    progress: JSON.stringify(progress),
  });
}

function* checkpointTensors({ weights, optimizer, average }: RunState): Generator<NamedTensor> {
  yield* exportWeights(weights);
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
  for (const tensor of exportWeights(average)) {
    yield { ...tensor, name: checkpointPrefixes.average + tensor.name };
  }
}

/**
 * Takes weights, their average and velocities from a checkpoint.
 *
 * @returns where the run stood
 * @throws UserError when the file is damaged, no checkpoint, or of another model
 */
export async function loadCheckpoint(
  file: string,
  { weights, optimizer, average }: RunState,
): Promise<Progress> {
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
