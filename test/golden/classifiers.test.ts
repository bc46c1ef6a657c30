import { beforeAll, describe, expect, it } from 'vitest';
import type { BackboneName } from '../../src/config/backbone-names.js';
import type { BackboneConfig } from '../../src/config/schema.js';
import { Tape } from '../../src/engine/tape.js';
import { tf } from '../../src/engine/tf.js';
import { trainingLogits } from '../../src/models/classification.js';
import { buildClassifier, type ClassifierNetwork, evaluationLogits } from '../../src/models/classifier.js';
import { TensorOps } from '../../src/nn/tensor-ops.js';
import type { Weights } from '../../src/nn/weights.js';
import type { RandomStream } from '../../src/random.js';
import { useEngine } from '../support/engine.js';
import {
  between,
  type Golden,
  imagesBetween,
  largestDifference,
  readGolden,
  uniform,
} from '../support/reference.js';
import { gradientDigest, referenceWeights, weightRange } from '../support/reference-weights.js';

/** The networks of the paper's first experiment, on the numbers of scripts/golden/classifiers.py. */

let golden: (name: string) => Golden;
beforeAll(async () => {
  await useEngine();
  golden = await readGolden('classifiers');
});

const batch = 4;
const classes = 51;

function build(name: BackboneName, norm: BackboneConfig['norm']): ClassifierNetwork {
  return buildClassifier({ name, norm, normEpsilon: 1e-5, normMomentum: 0.1, trainableStages: 5 }, classes);
}

/** The golden script's choice of what is dropped. */
function knownStream(): RandomStream {
  const numbers = uniform('classifiers/dropout', batch * 1280);
  let next = 0;
  return {
    uniform: () => numbers[next++],
    integer: () => {
      throw new Error('nothing here draws integers');
    },
  };
}

/** Keeps most of what the activations see away from 0, where their gradient jumps. */
const calmRange: typeof weightRange = (name, shape) => {
  if (name.endsWith('bias')) return [0.8, 1.2];
  return shape.length === 1 && name.endsWith('weight') ? [0.2, 0.4] : weightRange(name, shape);
};

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

/** Expects the golden's logits and its gradients of their random projection. */
function expectLogitsAndGradients(name: BackboneName, mode: 'training' | 'evaluation'): void {
  // In evaluation with gradients, the running statistics normalize and scales and shifts are trained.
  const classifier = build(name, mode === 'training' ? 'batch' : 'affine');
  const weights = referenceWeights(classifier.parameters, mode === 'training' ? calmRange : weightRange);
  tf.tidy(() => {
    const tape = new Tape();
    const ops = new TensorOps(weights, tape);
    const images = imagesBetween('classifiers/images', [batch, 3, 96, 96], -2, 2);
    const logits =
      mode === 'training'
        ? trainingLogits(classifier, ops, images, knownStream())
        : evaluationLogits(classifier, ops, images);
    expect(largestDifference(logits.dataSync(), golden(`${name}.${mode}.logits`).data)).toBeLessThan(1e-4);

    const direction = tf.tensor(between('classifiers/weights', batch * classes, -1, 1), [batch, classes]);
    const projection = tf.sum(tf.mul(logits, direction));
    tape.record([logits], [projection], () => [direction.clone()]);
    const trained = classifier.parameters.filter(({ trainable }) => trainable).sort(byName);
    const gradients = tape.gradients(
      [projection],
      trained.map((parameter) => ops.value(parameter)),
    );
    const expected = golden(`${name}.${mode}.gradients`);
    expect(expected.shape).toEqual([trained.length, 3]);
    for (const [i, parameter] of trained.entries()) {
      const [norm, ...products] = expected.data.subarray(3 * i, 3 * i + 3);
      const found = gradientDigest(parameter, gradients[i]);
      // A shift right before another norm has no effect, so its gradient is 0.
      const tolerance = norm < 1e-9 ? 1e-4 : 1e-3 * norm;
      expect(Math.abs(found[0] - norm), parameter.name).toBeLessThan(tolerance);
      expect(largestDifference(found.slice(1), products), parameter.name).toBeLessThan(tolerance);
    }
    ops.dispose();
    if (mode === 'training') expectStatistics(name, classifier, weights);
  });
  weights.dispose();
}

/** Expects the norms' running statistics to have followed the batch as in PyTorch. */
function expectStatistics(name: BackboneName, classifier: ClassifierNetwork, weights: Weights): void {
  const statistics = classifier.parameters.filter(({ role }) => role === 'statistic').sort(byName);
  const norms = statistics.map((parameter) => tf.norm(weights.variable(parameter).read()).dataSync()[0]);
  const expected = golden(`${name}.statistics`).data;
  const differences = norms.map((norm, i) => Math.abs(norm / expected[i] - 1));
  expect(Math.max(...differences)).toBeLessThan(1e-4);
}

describe.each<BackboneName>(['attonet-d', 'mobilenet-v1', 'mobilenet-v2', 'shufflenet-v2'])('%s', (name) => {
  it("has PyTorch's logits and gradients in training mode", () => expectLogitsAndGradients(name, 'training'));

  it("has PyTorch's logits and gradients in evaluation mode", () =>
    expectLogitsAndGradients(name, 'evaluation'));
});
