import type { Config } from '../config/schema.js';
import { tf } from '../engine/tf.js';
import type { Parameter } from '../nn/parameter.js';
import type { Weights } from '../nn/weights.js';
import { fitTensors, requireFit } from './fit.js';
import { isBackboneName, type TranslatedNames, translateNames } from './names.js';
import { openTensors } from './open.js';
import { writeSafetensors } from './safetensors.js';
import type { NamedTensor, TensorFile } from './tensor-file.js';
import { fromTorch, torchShape, toTorch } from './torch-layout.js';

/**
 * Weights files are safetensors with torchvision's names and PyTorch's layouts, so Python reads them as a state dict. The
 * header holds the resolved config.
 */

/** Tensors of a model as a weights file holds them. */
export function* weightTensors(weights: Weights): Generator<NamedTensor> {
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

/**
 * Writes a weights file, whole or not at all.
 *
 * @throws UserError when the folder can't be written, or when the disk is full
 */
export async function saveModel(file: string, weights: Weights, config: Config): Promise<void> {
  await writeSafetensors(file, weightTensors(weights), { config: JSON.stringify(config) });
}

/**
 * Takes a model's values from a weights file, atto's or torchvision's.
 *
 * @throws UserError when one is missing, unexpected, or of another shape: the file was made for another config
 */
export async function loadWeights(file: string, weights: Weights): Promise<void> {
  await withTensors(file, (source) => restore(source, weights));
}

/**
 * Takes the values of a detector's backbone from a file of a detector or a classification network.
 *
 * @param backbone name of the detector's backbone, for messages
 * @throws UserError when one is missing, unexpected, or of another shape
 */
export async function loadBackboneWeights(file: string, weights: Weights, backbone: string): Promise<void> {
  await withTensors(file, async (source) => {
    const names = namesFor(weights, source);
    const byOurs = new Map([...names.byOurs].filter(([name]) => isBackboneName(name)));
    const parameters = weights.parameters.filter(({ name }) => isBackboneName(name));
    const fit = fitTensors(source, parameters, { ...names, byOurs });
    requireFit(file, fit, `The backbone is ${backbone} (model.backbone.name).`);
    await takeTensors(source, weights, fit.taken);
  });
}

/** {@link loadWeights} from an open file. Nothing is taken unless everything fits. */
export async function restore(source: TensorFile, weights: Weights): Promise<void> {
  const names = namesFor(weights, source);
  const fit = fitTensors(source, weights.parameters, names);
  requireFit(
    source.file,
    fit,
    'Use the config that it was made with; for other classes, atto import has --fresh-heads' +
      (names.kind === 'classifier'
        ? ', and a classification network goes into model.backbone.weights.'
        : '.'),
    names.kind === 'detector'
      ? `Keep all layers but those of the classes: atto import ${source.file} --config <config> --fresh-heads --out ` +
          'start.safetensors, then model.weights=start.safetensors'
      : `Keep all layers but the last: model.backbone.weights=${source.file} instead of model.weights`,
  );
  await takeTensors(source, weights, fit.taken);
}

/**
 * Takes parameters' values from an open file.
 *
 * @param names name in the file of each parameter to fill
 */
export async function takeTensors(
  source: TensorFile,
  weights: Weights,
  names: ReadonlyMap<Parameter, string>,
): Promise<void> {
  for (const [parameter, name] of names) {
    const values = tf.tensor(fromTorch(parameter, await source.read(name)), [...parameter.shape]);
    weights.variable(parameter).assign(values);
    values.dispose();
  }
}

function namesFor({ parameters }: Weights, source: TensorFile): TranslatedNames {
  return translateNames(
    source.tensors.keys(),
    parameters.map(({ name }) => name),
  );
}

async function withTensors<T>(file: string, use: (source: TensorFile) => Promise<T>): Promise<T> {
  const source = await openTensors(file);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}
