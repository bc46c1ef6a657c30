import { networkNouns } from '../config/require-task.js';
import type { Config } from '../config/schema.js';
import { UserError } from '../errors.js';
import type { Weights } from '../nn/weights.js';
import { readModelConfig } from '../weights/model-config.js';
import { loadBackboneWeights, loadWeights } from '../weights/model-file.js';
import { taskOf } from './find-task.js';

/**
 * Gives a new run the weights that its config starts from: those of a backbone or of a whole network, if it names any.
 *
 * @throws UserError when a file is of another network, or frozen norms have no statistics to start from
 */
export async function loadStartingWeights(config: Config, weights: Weights): Promise<void> {
  const { weights: whole, backbone } = config.model;
  if (backbone.norm === 'frozen' && !backbone.weights && !whole) {
    throw new UserError(
      'model.backbone.norm is frozen, which needs the statistics of a trained backbone: set ' +
        'model.backbone.weights=<file>, or train the norms, too: model.backbone.norm=batch ' +
        'model.backbone.trainableStages=5',
    );
  }
  if (backbone.weights) {
    await requireSameBackbone(backbone.weights, config);
    await loadBackboneWeights(backbone.weights, weights, backbone.name);
  }
  if (whole) {
    await requireSameNetwork(whole, config);
    await loadWeights(whole, weights);
  }
}

async function requireSameBackbone(file: string, config: Config): Promise<void> {
  const theirs = await configIn(file);
  if (theirs === undefined) return;
  if (!taskOf(config).backbonesFrom.includes(theirs.task)) {
    const ours = networkNouns[config.task];
    throw new UserError(
      `${file}: holds ${networkNouns[theirs.task]}; ${ours} starts from the weights of ${ours}`,
    );
  }
  const { name } = theirs.model.backbone;
  if (name === config.model.backbone.name) return;
  throw new UserError(
    `${file}: holds ${name}, and ${config.model.backbone.name} is to be trained; set model.backbone.name=${name} or ` +
      'take another file',
  );
}

async function requireSameNetwork(file: string, config: Config): Promise<void> {
  const theirs = await configIn(file);
  if (theirs === undefined) return;
  const [task, theirTask] = [taskOf(config), taskOf(theirs)];
  const backboneAlone = `take its backbone alone: model.weights=undefined model.backbone.weights=${file}`;
  if (task !== theirTask) {
    const ours = networkNouns[config.task];
    throw new UserError(
      `${file}: holds ${networkNouns[theirs.task]}, and ${ours} is to be trained; ` +
        (task.backbonesFrom.includes(theirs.task) ? backboneAlone : `take the weights of ${ours}`),
    );
  }
  await requireSameBackbone(file, config);
  const [there, here] = [task.outputs(theirs), task.outputs(config)];
  if (there === here) return;
  const others =
    task.name === 'instance-segmentation'
      ? `keep all layers but those of the classes: atto import ${file} --config <config> --fresh-heads --out ` +
        'start.safetensors, then model.weights=start.safetensors'
      : backboneAlone;
  throw new UserError(`${file}: tells ${there} classes apart, and ${here} are to be learned; ${others}`);
}

/** Config in a file; undefined where it can't be read, which loading then reports if it matters. */
async function configIn(file: string): Promise<Config | undefined> {
  try {
    return await readModelConfig(file);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
