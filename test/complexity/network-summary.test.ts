import { describe, expect, it } from 'vitest';
import type { Complexity } from '../../src/complexity/counter.js';
import { netScore, publishedClassifiers } from '../../src/complexity/net-score.js';
import {
  classifierComplexity,
  countClassifier,
  countDetector,
  countingRules,
  maskRcnnComplexity,
  summarizeClassifier,
} from '../../src/complexity/network-summary.js';
import { attoNetNames, type BackboneName, builtInBackboneNames } from '../../src/config/backbone-names.js';
import { type BackboneConfig, configSchemas, type ModelConfig } from '../../src/config/schema.js';
import { buildClassifier } from '../../src/models/classifier.js';
import { buildMaskRcnn } from '../../src/models/mask-rcnn.js';
import { isCounted, parameterSize } from '../../src/nn/parameter.js';

function modelOf(model: object): ModelConfig {
  const data = { format: 'voc', root: '' };
  return configSchemas().detection.parse({ model, data, training: { steps: 1, learningRate: 1 } }).model;
}

/** Of one square image. */
function complexity(
  model: object,
  classes: number,
  side: number,
  boxRois: number,
  maskRois: number,
): Complexity {
  const input = { height: side, width: side };
  return maskRcnnComplexity(buildMaskRcnn(modelOf(model), classes), { input, boxRois, maskRois });
}

const giga = (value: number): number => Number((value / 1e9).toFixed(2));

// Figures of torchvision 0.29's maskrcnn_resnet50_fpn, and the paper's.
const r50Fpn = { backbone: { name: 'resnet50', norm: 'frozen', trainableStages: 3 } };
const r50C4 = { ...r50Fpn, architecture: 'c4' };
const attoMaskRcnn = { backbone: { name: 'attonet-a' }, box: { representation: 688 } };

describe("torchvision's Mask R-CNN", () => {
  it('has its parameters and multiply-adds, part by part', () => {
    const { parameters, multiplyAdds, parts } = complexity(r50Fpn, 90, 800, 1000, 0);
    expect(parameters).toBe(44_401_393);
    expect(giga(multiplyAdds)).toBe(134.38);
    expect(parts.map((part) => [part.name, giga(part.multiplyAdds)])).toEqual([
      ['backbone', 52.13],
      ['FPN', 36.25],
      ['RPN', 31.64],
      ['box head', 14.36],
      ['mask head', 0],
    ]);
    expect(giga(complexity(r50Fpn, 90, 800, 1000, 100).multiplyAdds)).toBe(187.59);
  });

  it.each([
    [800, 0, 134.02],
    [800, 100, 185.82],
    [1024, 0, 210.63],
    [1024, 100, 262.43],
  ])('for VOC at %i × … with %i mask RoIs: %f G', (side, maskRois, expected) => {
    const { parameters, multiplyAdds } = complexity(r50Fpn, 20, side, 1000, maskRois);
    expect(parameters).toBe(44_024_653);
    expect(giga(multiplyAdds)).toBe(expected);
  });

  it('has 53,120 parameters more with a trained norm', () => {
    const trained = { backbone: { name: 'resnet50', norm: 'batch' } };
    expect(complexity(trained, 90, 800, 1, 1).parameters).toBe(44_401_393 + 53_120);
  });
});

describe('Mask R-CNN with ResNet-50-C4', () => {
  it('has 35.3 M parameters and 1008 G multiply-adds', () => {
    const { parameters, multiplyAdds, parts } = complexity(r50C4, 20, 1024, 1000, 100);
    expect(parameters).toBe(35_287_945);
    expect(Math.round(multiplyAdds / 1e9)).toBe(1008);
    expect(parts.map((part) => part.name)).toEqual(['backbone', 'RPN', 'box head', 'mask head']);
    // C5 at work on a RoI of 14×14: three bottlenecks, of which the first reduces at full size and has a shortcut.
    const bottleneck = 49 * (2048 * 512 + 9 * 512 * 512 + 512 * 2048);
    const c5 = 3 * bottleneck - 49 * 2048 * 512 + 196 * 1024 * 512 + 49 * 1024 * 2048;
    expect(parts[2].multiplyAdds).toBe(1000 * (c5 + 5 * 21 * 2048));
    expect(parts[3].multiplyAdds).toBe(100 * (c5 + 49 * 4 * 2048 * 256 + 196 * 256 * 21));
  });
});

describe('Atto-MaskRCNN', () => {
  it("has the paper's 18.3 M parameters, and its 195 G multiply-adds within 7 %", () => {
    const { parameters, multiplyAdds } = complexity(attoMaskRcnn, 20, 1024, 1000, 100);
    expect(parameters).toBe(18_295_173);
    expect(Math.abs(multiplyAdds / 195e9 - 1)).toBeLessThan(0.07);
    expect(giga(complexity(attoMaskRcnn, 20, 1024, 1000, 125).multiplyAdds)).toBe(194.91);
  });
});

describe('classifiers with 51 outputs at 224×224', () => {
  const config = (name: BackboneName): BackboneConfig => modelOf({ backbone: { name } }).backbone;
  const size = { height: 224, width: 224 };

  // The AttoNets' shortcut convolutions are counted; the paper's Table 2 has 424.8, 277.5, 139.9 and 57.5 M.
  it.each<[BackboneName, number, number]>([
    ['attonet-a', 2_985_027, 578_441_416],
    ['attonet-b', 1_881_739, 402_461_600],
    ['attonet-c', 1_067_516, 222_784_307],
    ['attonet-d', 323_205, 100_086_504],
  ])('%s has %i parameters and %i multiply-adds', (name, parameters, multiplyAdds) => {
    expect(classifierComplexity(buildClassifier(config(name), 51), size)).toMatchObject({
      parameters,
      multiplyAdds,
    });
  });

  it.each<[BackboneName, number, number]>([
    ['mobilenet-v1', 3_259_251, 567.8],
    ['mobilenet-v2', 2_289_203, 299.6],
    ['shufflenet-v2', 1_305_879, 143.9],
  ])('%s has %i parameters and %f M multiply-adds', (name, parameters, millions) => {
    const counted = classifierComplexity(buildClassifier(config(name), 51), size);
    expect(counted.parameters).toBe(parameters);
    expect(Number((counted.multiplyAdds / 1e6).toFixed(1))).toBe(millions);
  });

  it.each<[BackboneName, number]>([
    ['attonet-a', 417_793_544],
    ['attonet-b', 271_013_024],
    ['attonet-c', 127_835_047],
    ['attonet-d', 48_483_428],
  ])('%s has %i multiply-adds without shortcut convolutions', (name, expected) => {
    const { multiplyAdds, shortcutMultiplyAdds } = classifierComplexity(
      buildClassifier(config(name), 51),
      size,
    );
    expect(multiplyAdds - shortcutMultiplyAdds).toBe(expected);
  });

  it.each<[BackboneName, number]>([
    ['resnet50', 64 * 256 * 56 ** 2 + 3 * 256 * 512 * 28 ** 2],
    ['mobilenet-v2', 0],
  ])('%s has %i multiply-adds in shortcut convolutions', (name, expected) => {
    const { shortcutMultiplyAdds } = classifierComplexity(buildClassifier(config(name), 51), size);
    expect(shortcutMultiplyAdds).toBe(expected);
  });

  it("have the parameters of the paper's AttoNets with one value for each channel of a norm", () => {
    for (const name of attoNetNames) {
      const { parameters } = buildClassifier(config(name), 51);
      const counted = parameters.filter(isCounted).reduce((sum, each) => sum + parameterSize(each), 0);
      const shifts = parameters.filter((each) => each.role === 'norm' && each.name.endsWith('bias'));
      const withOne = counted - shifts.reduce((sum, each) => sum + parameterSize(each), 0);
      const printed = publishedClassifiers.get(name)?.parameters ?? 0;
      expect((withOne / 1e6).toFixed(2)).toBe((printed / 1e6).toFixed(2));
      expect(counted / printed).toBeGreaterThan(1.004);
    }
  });

  it('are a backbone and a dense layer', () => {
    const { parts } = classifierComplexity(buildClassifier(config('attonet-d'), 51), size);
    expect(parts.map(({ name }) => name)).toEqual(['backbone', 'classifier']);
    expect(parts[1]).toMatchObject({ parameters: 140 * 51 + 51, multiplyAdds: 140 * 51 });
  });
});

const everyNetwork = builtInBackboneNames.flatMap((name) =>
  (['fpn', 'c4'] as const).map((architecture) => ({ architecture, backbone: { name } })),
);

it.each(everyNetwork)('counts every parameter of $backbone.name, $architecture, once', (model) => {
  const network = buildMaskRcnn(modelOf(model), 20);
  const listed = network.parameters.filter(isCounted).reduce((sum, each) => sum + parameterSize(each), 0);
  expect(complexity(model, 20, 64, 1, 1).parameters).toBe(listed);
});

describe('counts of configs', () => {
  const data = { format: 'voc', root: '', classes: ['cat', 'dog'] };
  const training = { steps: 1, learningRate: 1 };

  it('counts a detector at the largest input of its config, and says what it assumes', () => {
    const config = configSchemas().detection.parse({ model: attoMaskRcnn, data, training });
    const count = countDetector(config);
    expect(count.assumptions).toEqual({
      images: 1,
      inputSize: [800, 1333],
      paddedSize: [800, 1344],
      boxRois: 1000,
      maskRois: 100,
      classes: 2,
      counted: countingRules,
    });
    expect(count.parts.map(({ name }) => name)).toEqual(['backbone', 'FPN', 'RPN', 'box head', 'mask head']);
    const fewer = countDetector(config, { size: { height: 320, width: 320 }, boxRois: 10, maskRois: 0 });
    expect(fewer.parameters).toBe(count.parameters);
    expect(fewer.multiplyAdds).toBeLessThan(count.multiplyAdds / 10);
    expect(fewer.parts[4].multiplyAdds).toBe(0);
  });

  it('counts a classifier', () => {
    const config = configSchemas().classification.parse({
      task: 'classification',
      model: { backbone: { name: 'attonet-d' }, outputs: 51 },
      data: { format: 'image-folder', root: '', classes: ['cat', 'dog'] },
      training,
    });
    const count = countClassifier(config);
    expect(count).toMatchObject({ parameters: 323_205, assumptions: { inputSize: [224, 224], outputs: 51 } });
    const published = summarizeClassifier('a', config, { accuracy: { run: 'runs/a', top1: 0.5 } });
    expect(published).toMatchObject({ config: 'a', task: 'classification', parameters: 323_205 });
    expect(published.published?.name).toBe('AttoNet-D');
    expect(published.measured?.netScore).toBeCloseTo(netScore({ ...count, top1: 0.5 }) ?? 0, 12);
    // Table 2 isn't about images of another size.
    expect(summarizeClassifier('a', config, { size: { height: 64, width: 64 } }).published).toBeUndefined();
  });
});
