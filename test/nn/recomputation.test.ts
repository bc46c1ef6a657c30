import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { stageOutputs } from '../../src/backbone/backbone.js';
import { buildBackbone } from '../../src/backbone/build.js';
import type { BackboneConfig } from '../../src/config/schema.js';
import { tf } from '../../src/engine/tf.js';
import { rootScope } from '../../src/nn/parameter.js';
import { Weights } from '../../src/nn/weights.js';
import { computeGradients } from '../../src/training/gradients.js';
import { useEngine } from '../support/engine.js';
import { random, relativeDifference } from '../support/gradients.js';

beforeAll(async () => {
  await useEngine();
});

const read = (tensor: Tensor): Float32Array => tensor.dataSync<'float32'>();

/** Two passes of training; what they leave, and how many tensors lie between forward and backward pass. */
function train(settings: BackboneConfig, recompute: boolean) {
  const { scope, parameters } = rootScope();
  const backbone = buildBackbone(scope, settings);
  const weights = new Weights(parameters, 1);
  const images = random([2, 64, 96, 3], 1);
  const slopes = random([2, 2, 3, backbone.channels[3]], 2);
  let activations = 0;
  const gradients = new Map<string, Float32Array>();
  for (let pass = 0; pass < 2; pass++) {
    const before = tf.memory().numTensors;
    const result = computeGradients(
      weights,
      (ops) => {
        const [c2, , , c5] = stageOutputs(backbone, ops, images, 4);
        activations = tf.memory().numTensors - before;
        const loss = tf.tidy(() => tf.add(tf.sum(tf.mul(c5, slopes)), tf.sum(c2)));
        ops.tape?.record([c5, c2], [loss], () => [slopes.clone(), tf.onesLike(c2)]);
        return { loss };
      },
      1,
      recompute,
    );
    for (const [parameter, gradient] of result.gradients ?? []) {
      gradients.set(parameter.name, read(gradient));
      gradient.dispose();
    }
  }
  const values = parameters.map((parameter) => tf.tidy(() => read(weights.variable(parameter).read())));
  weights.dispose();
  for (const tensor of [images, slopes]) tensor.dispose();
  return { gradients, values, activations };
}

describe('recomputed activations', () => {
  for (const [name, norm, trainableStages] of [
    ['attonet-d', 'batch', 5],
    ['attonet-d', 'affine', 5],
    ['mobilenet-v2', 'frozen', 3],
    ['shufflenet-v2', 'batch', 5],
  ] as const) {
    it(`of ${name}, ${norm} norm, ${trainableStages} stages: the same gradients and statistics, fewer tensors kept`, () => {
      const settings = { name, norm, trainableStages, normEpsilon: 1e-5, normMomentum: 0.1 } as const;
      const tensors = tf.memory().numTensors;
      const kept = train(settings, false);
      const again = train(settings, true);
      expect(tf.memory().numTensors).toBe(tensors);
      expect([...again.gradients.keys()]).toEqual([...kept.gradients.keys()]);
      // What reaches a map from two sides is added up in another order.
      for (const [parameter, gradient] of kept.gradients) {
        const difference = relativeDifference(again.gradients.get(parameter) ?? [], gradient);
        expect(difference, parameter).toBeLessThan(1e-5);
      }
      expect(again.values.every((value, i) => relativeDifference(value, kept.values[i]) === 0)).toBe(true);
      expect(again.activations).toBeLessThan(kept.activations);
    });
  }
});
