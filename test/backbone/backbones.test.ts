import { beforeAll, describe, expect, it } from 'vitest';
import { stageOutputs } from '../../src/backbone/backbone.js';
import { buildBackbone } from '../../src/backbone/build.js';
import { type BackboneName, backboneNames } from '../../src/config/backbone-names.js';
import { Tape } from '../../src/engine/tape.js';
import { tf } from '../../src/engine/tf.js';
import { rootScope } from '../../src/nn/parameter.js';
import { TensorOps } from '../../src/nn/tensor-ops.js';
import { Weights } from '../../src/nn/weights.js';
import { useEngine } from '../support/engine.js';
import { random } from '../support/gradients.js';

beforeAll(async () => {
  await useEngine();
});

function build(name: BackboneName, trainableStages = 5) {
  const { scope, parameters } = rootScope();
  const settings = { name, norm: 'batch', normEpsilon: 1e-5, normMomentum: 0.1, trainableStages } as const;
  return { backbone: buildBackbone(scope.child('backbone.body'), settings), parameters };
}

describe.each(backboneNames)('%s', (name) => {
  it('makes C2 to C5 of an image, and gradients of all its parameters', () => {
    tf.tidy(() => {
      const { backbone, parameters } = build(name);
      const weights = new Weights(parameters, 1);
      const tape = new Tape();
      const ops = new TensorOps(weights, tape);
      const outputs = stageOutputs(backbone, ops, random([2, 64, 96, 3], 1), 4);
      expect(outputs.map(({ shape }) => shape)).toEqual([
        [2, 16, 24, backbone.channels[0]],
        [2, 8, 12, backbone.channels[1]],
        [2, 4, 6, backbone.channels[2]],
        [2, 2, 3, backbone.channels[3]],
      ]);
      const sum = tf.sum(outputs[3]);
      tape.record([outputs[3]], [sum], () => [tf.onesLike(outputs[3])]);
      const trained = parameters.filter(({ trainable }) => trainable);
      const gradients = tape.gradients(
        [sum],
        trained.map((parameter) => ops.value(parameter)),
      );
      expect(trained.filter((_, i) => gradients[i] === undefined)).toEqual([]);
      ops.dispose();
      weights.dispose();
    });
  });
});

// The outermost parts of the names that train when the two deepest stages do, C4 and C5.
it.each<[BackboneName, RegExp]>([
  ['attonet-a', /^backbone\.body\.module(8|9|1\d)\./],
  ['resnet50', /^backbone\.body\.layer[34]\./],
  ['mobilenet-v1', /^backbone\.body\.blocks\.[34]\./],
  ['mobilenet-v2', /^backbone\.body\.features\.([789]|1\d)\./],
  ['shufflenet-v2', /^backbone\.body\.(stage[34]|conv5)\./],
])('trains the deepest stages of %s alone, when asked to', (name, deepest) => {
  const { parameters } = build(name, 2);
  const changed = parameters.filter(({ role }) => role !== 'statistic');
  expect(changed.filter(({ trainable }) => trainable).map((parameter) => parameter.name)).toEqual(
    changed.map((parameter) => parameter.name).filter((each) => deepest.test(each)),
  );
});
