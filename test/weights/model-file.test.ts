import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { buildClassifier } from '../../src/models/classifier.js';
import { buildMaskRcnn } from '../../src/models/mask-rcnn.js';
import type { Parameter } from '../../src/nn/parameter.js';
import { Weights } from '../../src/nn/weights.js';
import { loadBackboneWeights, loadWeights, saveModel } from '../../src/weights/model-file.js';
import { writeSafetensors } from '../../src/weights/safetensors.js';
import { fromTorch, torchShape } from '../../src/weights/torch-layout.js';
import { useEngine } from '../support/engine.js';
import { between } from '../support/reference.js';
import { tempFolder } from '../support/temp-folder.js';
import { tinyConfig } from '../support/tiny.js';

beforeAll(useEngine);

const config = tinyConfig('');
const detector = () => buildMaskRcnn(config.model, 3).parameters;
const classifier = (classes: number) => buildClassifier(config.model.backbone, classes).parameters;

/** Values in PyTorch's order. */
const torchValues = (parameter: Parameter) =>
  between(
    `model-file/${parameter.name}`,
    torchShape(parameter).reduce((product, size) => product * size, 1),
    -1,
    1,
  );

/** A file of known values as Python writes it: without a config. */
async function foreignFile(parameters: readonly Parameter[]): Promise<string> {
  const file = path.join(tempFolder(), 'foreign.safetensors');
  const tensors = parameters.map((parameter) => ({
    name: parameter.name,
    shape: torchShape(parameter),
    data: torchValues(parameter),
  }));
  await writeSafetensors(file, tensors, { format: 'pt' });
  return file;
}

const values = (weights: Weights, parameter: Parameter) =>
  weights.variable(parameter).read().dataSync<'float32'>();

/** Whether all bits are the same; Vitest's comparison of large arrays takes seconds. */
function isSame(a: Float32Array, b: Float32Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(
    Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  );
}

/** Expects the values of a file, under a name that lacks `prefix` there. */
function expectTaken(weights: Weights, parameter: Parameter, prefix = ''): void {
  const inFile = { ...parameter, name: parameter.name.slice(prefix.length) };
  const expected = fromTorch(parameter, torchValues(inFile));
  expect(isSame(values(weights, parameter), expected), parameter.name).toBe(true);
}

describe('loadWeights', () => {
  it('takes a detector from a foreign file, statistics of norms included, bit for bit', async () => {
    const weights = new Weights(detector(), 1);
    await loadWeights(await foreignFile(detector()), weights);
    for (const parameter of weights.parameters) expectTaken(weights, parameter);
    weights.dispose();
  });

  it("takes a run's own file", async () => {
    const file = path.join(tempFolder(), 'own.safetensors');
    const [first, second] = [new Weights(detector(), 1), new Weights(detector(), 2)];
    await saveModel(file, first, config);
    await loadWeights(file, second);
    for (const [i, parameter] of second.parameters.entries()) {
      expect(isSame(values(second, parameter), values(first, first.parameters[i]))).toBe(true);
    }
    first.dispose();
    second.dispose();
  });

  it('takes nothing of a file that lacks something, and says what', async () => {
    const weights = new Weights(detector(), 1);
    const [parameter] = weights.parameters;
    const before = values(weights, parameter).slice();
    const loading = loadWeights(await foreignFile(classifier(51)), weights);
    await expect(loading).rejects.toBeInstanceOf(UserError);
    await expect(loading).rejects.toThrow(
      /missing:\n {2}backbone\.fpn\..*a classification network goes into model\.backbone\.weights/s,
    );
    expect(values(weights, parameter)).toEqual(before);
    weights.dispose();
  });

  it('takes a classifier for a classifier, and no other number of classes', async () => {
    const weights = new Weights(classifier(51), 1);
    await loadWeights(await foreignFile(classifier(51)), weights);
    for (const parameter of weights.parameters) expectTaken(weights, parameter);
    await expect(loadWeights(await foreignFile(classifier(5)), weights)).rejects.toThrow(
      /fc\.weight: 5×140 instead of 51×140/,
    );
    weights.dispose();
  });
});

describe('loadBackboneWeights', () => {
  const backboneOf = ({ parameters }: Weights) =>
    parameters.filter(({ name }) => name.startsWith('backbone.body.'));

  it('takes the backbone of a detector with other heads', async () => {
    const weights = new Weights(detector(), 1);
    const other = buildMaskRcnn(tinyConfig('', 'model.fpn.channels=8').model, 7).parameters;
    await loadBackboneWeights(await foreignFile(other), weights, 'attonet-d');
    for (const parameter of backboneOf(weights)) expectTaken(weights, parameter);
    weights.dispose();
  });

  it('takes a classifier without its dense layer', async () => {
    const weights = new Weights(detector(), 1);
    await loadBackboneWeights(await foreignFile(classifier(51)), weights, 'attonet-d');
    for (const parameter of backboneOf(weights)) expectTaken(weights, parameter, 'backbone.body.');
    weights.dispose();
  });

  it('leaves the dense layer of a classifier as it is', async () => {
    const weights = new Weights(classifier(5), 1);
    const dense = weights.parameters.filter(({ name }) => name.startsWith('fc.'));
    const before = dense.map((parameter) => values(weights, parameter).slice());
    await loadBackboneWeights(await foreignFile(classifier(51)), weights, 'attonet-d');
    expect(dense.map((parameter) => values(weights, parameter))).toEqual(before);
    for (const parameter of weights.parameters)
      if (!dense.includes(parameter)) expectTaken(weights, parameter);
    weights.dispose();
  });

  it('names the backbone that a file does not fit', async () => {
    const weights = new Weights(detector(), 1);
    const other = buildClassifier({ ...config.model.backbone, name: 'attonet-c' }, 51).parameters;
    const loading = loadBackboneWeights(await foreignFile(other), weights, 'attonet-d');
    await expect(loading).rejects.toThrow(
      /of another shape:.*The backbone is attonet-d \(model\.backbone\.name\)/s,
    );
    weights.dispose();
  });
});
