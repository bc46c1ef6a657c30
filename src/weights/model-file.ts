import { parseConfig } from '../config/parse.js';
import type { Config } from '../config/schema.js';
import { tf } from '../engine/tf.js';
import { UserError } from '../errors.js';
import type { Parameter } from '../nn/parameter.js';
import type { Weights } from '../nn/weights.js';
import { type NamedTensor, openSafetensors, type SafetensorsFile, writeSafetensors } from './safetensors.js';
import { fromTorch, torchShape, toTorch } from './torch-layout.js';

/**
 * Weights files are safetensors with torchvision's names and PyTorch's layouts, so Python reads them as a state dict; the
 * resolved config travels in the header.
 */

/** A model's tensors as a weights file holds them. */
export function* exportWeights(weights: Weights): Generator<NamedTensor> {
  for (const parameter of weights.parameters) {
    const values = weights.variable(parameter).read();
    yield {
      name: parameter.name,
      shape: torchShape(parameter),
      data: toTorch(parameter, values.dataSync<'float32'>()),
    };
    values.dispose();
  }
}

/** Writes a weights file, whole or not at all. */
export async function saveModel(file: string, weights: Weights, config: Config): Promise<void> {
  await writeSafetensors(file, exportWeights(weights), { config: JSON.stringify(config) });
}

/**
 * The config that a weights file or checkpoint was trained with.
 *
 * @param overrides `key.path=value`, each
 */
export function configOf(source: SafetensorsFile, file: string, overrides: readonly string[] = []): Config {
  const { config } = source.metadata;
  if (config === undefined) {
    throw new UserError(
      `${file}: holds tensors but no config, so it wasn't written by atto; bring it in with: atto import`,
    );
  }
  return parseConfig(JSON.parse(config), overrides, file);
}

/** Reads the config of a weights file alone. */
export async function readModelConfig(file: string, overrides: readonly string[] = []): Promise<Config> {
  const source = await openSafetensors(file);
  try {
    return configOf(source, file, overrides);
  } finally {
    await source.close();
  }
}

/**
 * Takes a model's values from a weights file.
 *
 * @param select which of the model's parameters to take; all by default
 * @throws UserError when one is missing or has another shape: the file was made for another config
 */
export async function loadWeights(
  file: string,
  weights: Weights,
  select: (parameter: Parameter) => boolean = () => true,
): Promise<void> {
  const source = await openSafetensors(file);
  try {
    await restore(source, file, weights, select);
  } finally {
    await source.close();
  }
}

/** {@link loadWeights} from an open file; nothing is taken unless everything fits. */
export async function restore(
  source: SafetensorsFile,
  file: string,
  weights: Weights,
  select: (parameter: Parameter) => boolean = () => true,
): Promise<void> {
  const wanted = weights.parameters.filter(select);
  const problems = wanted.flatMap((parameter) => misfit(parameter, source));
  if (problems.length > 0) {
    const shown = problems.slice(0, 5).join('; ');
    const more = problems.length > 5 ? `; and ${problems.length - 5} more` : '';
    throw new UserError(
      `${file}: was made for another model: ${shown}${more}; use the config that it was trained with`,
    );
  }
  for (const parameter of wanted) {
    const values = tf.tensor(fromTorch(parameter, await source.read(parameter.name)), [...parameter.shape]);
    weights.variable(parameter).assign(values);
    values.dispose();
  }
}

function misfit(parameter: Parameter, source: SafetensorsFile): string[] {
  const shape = source.shapes.get(parameter.name);
  if (!shape) return [`${parameter.name} is missing`];
  const expected = torchShape(parameter).join('×');
  return shape.join('×') === expected
    ? []
    : [`${parameter.name} is ${shape.join('×')} instead of ${expected}`];
}
