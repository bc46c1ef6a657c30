import { beforeAll, describe, expect, it } from 'vitest';
import { type Stage, stageOutputs } from '../../src/backbone/backbone.js';
import { type BackboneBuilder, buildBackbone, registerBackbone } from '../../src/backbone/build.js';
import { type BackboneName, backboneNames, builtInBackboneNames } from '../../src/config/backbone-names.js';
import { parseConfig } from '../../src/config/parse.js';
import { requireDetection } from '../../src/config/require-task.js';
import { Tape } from '../../src/engine/tape.js';
import { tf } from '../../src/engine/tf.js';
import { detectObjects } from '../../src/models/detection.js';
import { buildMaskRcnn } from '../../src/models/mask-rcnn.js';
import { kaimingNormal } from '../../src/nn/initializers.js';
import { type Convolution, normedConvolutionLayer } from '../../src/nn/layers.js';
import { rootScope } from '../../src/nn/parameter.js';
import { TensorOps } from '../../src/nn/tensor-ops.js';
import { Weights } from '../../src/nn/weights.js';
import { useEngine } from '../support/engine.js';
import { random } from '../support/gradients.js';
import { image } from '../support/reference.js';
import { tinyConfigInput } from '../support/tiny.js';

beforeAll(async () => {
  await useEngine();
});

function build(name: string, trainableStages = 5) {
  const { scope, parameters } = rootScope();
  const settings = { name, norm: 'batch', normEpsilon: 1e-5, normMomentum: 0.1, trainableStages } as const;
  return { backbone: buildBackbone(scope.child('backbone.body'), settings), parameters };
}

describe.each(builtInBackboneNames)('%s', (name) => {
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

describe('registerBackbone', () => {
  /** Five convolutions with stride 2, `width` channels each. */
  const plain =
    (width: number): BackboneBuilder =>
    (stage) => {
      const [stem, c2, c3, c4, c5] = [0, 1, 2, 3, 4].map((index): Convolution => {
        const { scope, norm } = stage(index);
        const own = scope.child(`conv${index}`);
        return normedConvolutionLayer(
          { convolution: own.child('0'), norm: own.child('1') },
          {
            in: index === 0 ? 3 : width,
            out: width,
            kernel: 3,
            stride: 2,
            initializer: kaimingNormal(9 * width),
            activation: 'relu',
          },
          norm,
        );
      });
      const run =
        (layer: Convolution): Stage =>
        (ops, x) =>
          ops.convolution(layer, x);
      return {
        channels: [width, width, width, width],
        stem: run(stem),
        stages: [run(c2), run(c3), run(c4), run(c5)],
        classifier: { name: 'fc', dropout: 0 },
      };
    };
  const config = () =>
    requireDetection(
      parseConfig(tinyConfigInput('data'), ['model.backbone.name=plain'], 'plain.ts'),
      'plain.ts',
    );

  it('lets configs name a network of a program, in place of one that it registered before', () => {
    expect(config).toThrow(/^plain\.ts: model\.backbone\.name: must be one of attonet-a, .*shufflenet-v2$/);
    expect(() => build('plain')).toThrow('there is no backbone "plain"');
    registerBackbone('plain', plain(4));
    registerBackbone('plain', plain(6));
    expect(backboneNames()).toEqual([...builtInBackboneNames, 'plain']);
    expect(build('plain').backbone.channels).toEqual([6, 6, 6, 6]);
    expect(build('plain', 2).parameters.filter(({ trainable }) => trainable)).toHaveLength(6);

    const network = buildMaskRcnn(config().model, 3);
    expect(network.parameters[0].name).toBe('backbone.body.conv0.0.weight');
    const weights = new Weights(network.parameters, 1);
    const ops = new TensorOps(weights);
    const options = { shorterSide: 64, longerSide: 96, classes: ['a', 'b', 'c'], scoreThreshold: 0 };
    const [found] = detectObjects(network, ops, [image('registered', 64, 80)], options);
    expect(found.length).toBeGreaterThan(0);
    ops.dispose();
    weights.dispose();
  });

  it("refuses a built-in network's name", () => {
    expect(() => registerBackbone('resnet50', plain(4))).toThrow('A backbone "resnet50" comes with atto');
  });
});
