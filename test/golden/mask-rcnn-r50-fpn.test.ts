import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.js';
import { Tape } from '../../src/engine/tape.js';
import { tf } from '../../src/engine/tf.js';
import { maskArea } from '../../src/geometry/run-length-mask.js';
import { detectObjects } from '../../src/models/detection.js';
import { buildMaskRcnn } from '../../src/models/mask-rcnn.js';
import { lossNames, type TrainingExample, trainingLosses } from '../../src/models/training.js';
import { transformImages } from '../../src/models/transform.js';
import { isCounted, parameterSize } from '../../src/nn/parameter.js';
import { TensorOps } from '../../src/nn/tensor-ops.js';
import { Weights } from '../../src/nn/weights.js';
import { Sgd } from '../../src/training/sgd.js';
import { fromTorch, torchShape, toTorch } from '../../src/weights/torch-layout.js';
import { useEngine } from '../support/engine.js';
import { relativeDifference } from '../support/gradients.js';
import {
  between,
  channelsFirst,
  ellipse,
  evenlySpacedSampler,
  type Golden,
  image,
  largestDifference,
  readGolden,
} from '../support/reference.js';

/** The whole of torchvision's maskrcnn_resnet50_fpn, on the numbers of scripts/golden/models.py. */

let golden: (name: string) => Golden;
beforeAll(async () => {
  await useEngine();
  golden = await readGolden('mask-rcnn-r50-fpn');
});

const classes = Array.from({ length: 20 }, (_, i) => `class ${i + 1}`);
const settings = configSchema.parse({
  model: {
    backbone: { name: 'resnet50', norm: 'frozen', trainableStages: 3 },
    rpn: { preNmsTopK: { train: 200, test: 200 }, postNmsTopK: { train: 100, test: 100 } },
    box: { detectionsPerImage: 20 },
  },
  data: { format: 'voc', root: '' },
  training: { steps: 1, learningRate: 1 },
}).model;
const network = buildMaskRcnn(settings, 20);
const input = { shorterSide: 160, longerSide: 267, classes };

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
const images = pictures.map(({ height, width }, i) => image(`model/${i}`, height, width));
const examples: TrainingExample[] = pictures.map(({ height, width, objects }, i) => ({
  image: images[i],
  objects: objects.map(({ box, label }) => ({
    box,
    label: label - 1,
    mask: { height, width, bitmap: ellipse(height, width, box) },
  })),
  ignored: new Float32Array(),
}));

/** The bounds that reference.py draws a weight from. */
function weightRange(name: string, shape: readonly number[]): [number, number] {
  if (name.endsWith('running_var')) return [0.5, 1.5];
  if (name.endsWith('running_mean')) return [-0.2, 0.2];
  if (shape.length === 1 && name.endsWith('weight')) return name.includes('bn3') ? [0.1, 0.4] : [0.5, 1];
  if (name.endsWith('bias')) return [-0.1, 0.1];
  const gains: Record<string, number> = { cls_logits: 3, bbox_pred: 0.4, cls_score: 1.5 };
  const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
  const bound = (gains[name.split('.').at(-2) ?? ''] ?? 1) * Math.sqrt(3 / fanIn);
  return [-bound, bound];
}

function referenceWeights(): Weights {
  const weights = new Weights(network.parameters, 1);
  for (const parameter of network.parameters) {
    const shape = torchShape(parameter);
    const [low, high] = weightRange(parameter.name, shape);
    const values = tf.tensor(
      fromTorch(parameter, between(parameter.name, parameterSize(parameter), low, high)),
      [...parameter.shape],
    );
    weights.variable(parameter).assign(values);
    values.dispose();
  }
  return weights;
}

const sumOfSquares = (values: Float32Array): number => values.reduce((sum, value) => sum + value * value, 0);

const trainable = network.parameters.filter((parameter) => parameter.trainable);

/** torchvision's names of the losses, in the order of its dictionary. */
const torchvisionLosses = ['classifier', 'box', 'mask', 'rpnObjectness', 'rpnBox'] as const;

/** One forward and backward pass, with the golden's choice of anchors and RoIs. */
function pass(weights: Weights): { losses: number[]; gradients: Map<string, Tensor> } {
  const tape = new Tape();
  const ops = new TensorOps(weights, tape);
  const samplers = { anchors: () => evenlySpacedSampler, rois: () => evenlySpacedSampler };
  const losses = trainingLosses(network, ops, examples, input, samplers);
  const values = torchvisionLosses.map((name) => losses[name].dataSync()[0]);
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

describe('Mask R-CNN with ResNet-50 and FPN', () => {
  it('has as many parameters', () => {
    const count = network.parameters
      .filter(isCounted)
      .reduce((sum, parameter) => sum + parameterSize(parameter), 0);
    expect(count).toBe(44_024_653);
  });

  it("has torchvision's features", () => {
    const weights = referenceWeights();
    const ops = new TensorOps(weights);
    const batch = transformImages(images, input);
    const features = network.backbone.forward(ops, batch.images);
    for (const [i, feature] of features.entries()) {
      const [n, h, w, c] = feature.shape;
      const sparse = tf.stridedSlice(feature, [0, 0, 0, 0], [n, h, w, c], [1, 4, 4, 16]);
      const expected = golden(`features.C${i + 2}`).data;
      expect(relativeDifference(channelsFirst(sparse), expected), `C${i + 2}`).toBeLessThan(1e-5);
      expect(largestDifference(channelsFirst(sparse), expected), `C${i + 2}`).toBeLessThan(1e-4);
    }
    ops.dispose();
    weights.dispose();
  });

  it("finds torchvision's objects", () => {
    const weights = referenceWeights();
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
  });

  it("has torchvision's losses and gradients", () => {
    tf.tidy(() => {
      const weights = referenceWeights();
      const { losses, gradients } = pass(weights);
      for (const [i, name] of ['classifier', 'box_reg', 'mask', 'objectness', 'rpn_box_reg'].entries()) {
        const expected = golden(`losses.loss_${name}`).data[0];
        expect(Math.abs(losses[i] / expected - 1), name).toBeLessThan(1e-5);
      }
      for (const parameter of trainable) {
        const { name } = parameter;
        const gradient = toTorch(parameter, gradients.get(name)?.dataSync<'float32'>() ?? new Float32Array());
        const [norm, ...projections] = golden(`gradient.${name}`).data;
        const dot = (k: number): number =>
          between(`projection/${k}/${name}`, gradient.length, -1, 1).reduce(
            (sum, weight, i) => sum + weight * gradient[i],
            0,
          );
        expect(Math.abs(Math.sqrt(sumOfSquares(gradient)) / norm - 1), name).toBeLessThan(1e-4);
        for (const [k, projection] of projections.entries()) {
          expect(Math.abs(dot(k) - projection) / norm, name).toBeLessThan(1e-3);
        }
      }
      weights.dispose();
    });
  });

  it("takes torchvision's steps", () => {
    const weights = referenceWeights();
    const sgd = new Sgd(weights, { momentum: 0.9, weightDecay: 1e-4, decayBiasesAndNorms: true });
    const history = golden('sgd.losses');
    for (let step = 0; step < history.shape[0]; step++) {
      tf.tidy(() => {
        const { losses, gradients } = pass(weights);
        const expected = history.data.subarray(5 * step, 5 * step + 5);
        for (const [i, loss] of losses.entries()) {
          expect(Math.abs(loss / expected[i] - 1), `step ${step}, ${torchvisionLosses[i]}`).toBeLessThan(
            1e-3,
          );
        }
        sgd.step(
          new Map(
            trainable.map((parameter) => [
              parameter,
              gradients.get(parameter.name) ?? tf.zeros([...parameter.shape]),
            ]),
          ),
          0.002,
        );
      });
    }
    sgd.dispose();
    weights.dispose();
  });
});
