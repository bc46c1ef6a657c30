import type { Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { configSchemas } from '../../src/config/schema.js';
import { Tape } from '../../src/engine/tape.js';
import { tf } from '../../src/engine/tf.js';
import { maskArea } from '../../src/geometry/run-length-mask.js';
import { detectObjects } from '../../src/models/detection.js';
import { buildMaskRcnn, type MaskRcnn } from '../../src/models/mask-rcnn.js';
import { lossNames, type TrainingExample, trainingLosses } from '../../src/models/training.js';
import type { Parameter } from '../../src/nn/parameter.js';
import { TensorOps } from '../../src/nn/tensor-ops.js';
import type { Weights } from '../../src/nn/weights.js';
import { ellipse, evenlySpacedSampler, type Golden, image, largestDifference } from './reference.js';
import { gradientDigest, referenceWeights } from './reference-weights.js';

/** Detectors on the numbers of scripts/golden/models.py: its pictures, its weights, its choice of anchors and RoIs. */

type GoldenFile = (tensor: string) => Golden;

const classes = Array.from({ length: 20 }, (_, i) => `class ${i + 1}`);

/** The network for VOC's number of classes that a config's `model` describes. */
export function referenceNetwork(model: object): MaskRcnn {
  const data = { format: 'voc', root: '' };
  const { model: settings } = configSchemas().detection.parse({
    model,
    data,
    training: { steps: 1, learningRate: 1 },
  });
  return buildMaskRcnn(settings, classes.length);
}

export const input = { shorterSide: 160, longerSide: 267, classes };

const pictures = [
  {
    height: 120,
    width: 160,
    objects: [
      { box: [10, 12, 70, 100], label: 1 },
      { box: [60, 30, 150, 90], label: 7 },
      { box: [100, 5, 140, 40], label: 20 },
    ],
  },
  {
    height: 150,
    width: 110,
    objects: [
      { box: [5, 60, 100, 145], label: 15 },
      { box: [30, 10, 80, 70], label: 3 },
    ],
  },
] as const;
export const images = pictures.map(({ height, width }, i) => image(`model/${i}`, height, width));
const examples: TrainingExample[] = pictures.map(({ height, width, objects }, i) => ({
  image: images[i],
  objects: objects.map(({ box, label }) => ({
    box,
    label: label - 1,
    mask: ellipse(height, width, box),
  })),
  ignored: new Float32Array(),
}));

/** torchvision's names of the losses, in the order of its dictionary, and ours. */
export const lossPairs = [
  ['loss_classifier', 'classifier'],
  ['loss_box_reg', 'box'],
  ['loss_mask', 'mask'],
  ['loss_objectness', 'rpnObjectness'],
  ['loss_rpn_box_reg', 'rpnBox'],
] as const;

/** One forward and backward pass; the losses in the order of {@link lossPairs}. */
export function trainingPass(
  network: MaskRcnn,
  weights: Weights,
): { losses: number[]; gradients: Map<string, Tensor> } {
  const trainable = network.parameters.filter((parameter) => parameter.trainable);
  const tape = new Tape();
  const ops = new TensorOps(weights, tape);
  const samplers = { anchors: () => evenlySpacedSampler, rois: () => evenlySpacedSampler };
  const losses = trainingLosses(network, ops, examples, { ...input, samplers });
  const values = lossPairs.map(([, name]) => losses[name].dataSync()[0]);
  const gradients = tape.gradients(
    lossNames.map((name) => losses[name]),
    trainable.map((parameter) => ops.value(parameter)),
  );
  ops.dispose();
  return {
    losses: values,
    gradients: new Map(trainable.map(({ name, shape }, i) => [name, gradients[i] ?? tf.zeros([...shape])])),
  };
}

/** Expects the golden's objects in both pictures, and no tensor left behind. */
export function expectDetections(network: MaskRcnn, golden: GoldenFile): void {
  const weights = referenceWeights(network.parameters);
  const ops = new TensorOps(weights);
  const before = tf.memory().numTensors;
  for (const [i, detections] of detectObjects(network, ops, images, input).entries()) {
    const expected = (name: string) => golden(`detections.${i}.${name}`).data;
    expect(detections).toHaveLength(expected('scores').length);
    const scores = detections.map(({ score }) => score);
    expect(largestDifference(scores, expected('scores'))).toBeLessThan(1e-5);
    // Equal scores may come in another order.
    const found = new Set<number>();
    for (const [k, { box, label, score, mask }] of detections.entries()) {
      const twin = [...expected('scores').keys()].find(
        (j) =>
          !found.has(j) &&
          expected('labels')[j] === label + 1 &&
          Math.abs(expected('scores')[j] - score) < 1e-5 &&
          largestDifference(box, expected('boxes').subarray(4 * j, 4 * j + 4)) < 1e-3,
      );
      expect(twin, `detection ${k} of picture ${i}`).toBeDefined();
      found.add(twin ?? -1);
      expect(Math.abs(maskArea(mask) - expected('areas')[twin ?? -1])).toBeLessThan(3);
    }
  }
  ops.dispose();
  expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
  weights.dispose();
}

/** Expects the golden's losses, and its gradient of each parameter by norm and two projections. */
export function expectLossesAndGradients(network: MaskRcnn, golden: GoldenFile): void {
  const weights = referenceWeights(network.parameters);
  tf.tidy(() => {
    const { losses, gradients } = trainingPass(network, weights);
    for (const [i, [name]] of lossPairs.entries()) {
      const expected = golden(`losses.${name}`).data[0];
      expect(Math.abs(losses[i] / expected - 1), name).toBeLessThan(1e-5);
    }
    for (const parameter of network.parameters.filter(({ trainable }) => trainable)) {
      expectGradient(parameter, gradients.get(parameter.name), golden);
    }
  });
  weights.dispose();
}

/** Expects the golden's gradient of a parameter: its norm, and its products with two random vectors. */
function expectGradient(parameter: Parameter, found: Tensor | undefined, golden: GoldenFile): void {
  const { name } = parameter;
  const [norm, ...projections] = golden(`gradient.${name}`).data;
  const [length, ...products] = gradientDigest(parameter, found);
  expect(Math.abs(length / norm - 1), name).toBeLessThan(1e-4);
  expect(largestDifference(products, projections) / norm, name).toBeLessThan(1e-3);
}
