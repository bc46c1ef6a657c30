import type { Config } from '../config/schema.js';
import { classesOf } from '../datasets/formats.js';
import { UserError } from '../errors.js';
import type { Weights } from '../nn/weights.js';
import { loadBackboneWeights, loadWeights, readModelConfig } from '../weights/model-file.js';

/**
 * Takes the weights that the config starts from, if it says any: those of a backbone, or of a whole network.
 *
 * @throws UserError when a file is of another network
 */
export async function loadStartingWeights(config: Config, weights: Weights): Promise<void> {
  const { weights: whole, backbone } = config.model;
  if (backbone.weights) {
    await requireSameBackbone(backbone.weights, config);
    await loadBackboneWeights(backbone.weights, weights, backbone.name);
  }
  if (whole) {
    await requireSameNetwork(whole, config);
    await loadWeights(whole, weights);
  }
}

async function requireSameBackbone(file: string, { task, model }: Config): Promise<void> {
  const theirs = await configIn(file);
  if (task === 'classification' && theirs?.task === 'instance-segmentation') {
    throw new UserError(`${file}: holds a detector; a classifier starts from the weights of a classifier`);
  }
  const name = theirs?.model.backbone.name;
  if (name === undefined || name === model.backbone.name) return;
  throw new UserError(
    `${file}: holds ${name}, and ${model.backbone.name} is to be trained; set model.backbone.name=${name} or take ` +
      'another file',
  );
}

async function requireSameNetwork(file: string, config: Config): Promise<void> {
  const theirs = await configIn(file);
  if (theirs === undefined) return;
  const backboneAlone = `take its backbone alone: model.weights=undefined model.backbone.weights=${file}`;
  if (theirs.task !== config.task) {
    throw new UserError(
      `${file}: holds ${kindOf(theirs)}, and ${kindOf(config)} is to be trained; ` +
        (theirs.task === 'classification' ? backboneAlone : 'take the weights of a classifier'),
    );
  }
  await requireSameBackbone(file, config);
  const [there, here] = [theirs, config].map(classCount);
  if (there === here) return;
  throw new UserError(
    `${file}: tells ${there} classes apart, and ${here} are to be learned; ${backboneAlone}`,
  );
}

/** The config that a file holds; undefined where it can't be told, which loading then reports if it matters. */
async function configIn(file: string): Promise<Config | undefined> {
  try {
    return await readModelConfig(file);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function kindOf({ task }: Config): string {
  return task === 'classification' ? 'a classifier' : 'a detector';
}

/** Without background. */
function classCount(config: Config): number {
  const outputs = config.task === 'classification' ? config.model.outputs : undefined;
  return outputs ?? classesOf(config.data).length;
}
