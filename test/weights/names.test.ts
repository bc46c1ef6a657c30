import { describe, expect, it } from 'vitest';
import { isBackboneName, isHeadName, networkKind, translateNames } from '../../src/weights/names.js';
import { stateDict } from '../support/golden-weights.js';

const counters = (names: Iterable<string>) =>
  [...names].filter((name) => name.endsWith('num_batches_tracked'));
const others = (names: Iterable<string>) =>
  [...names].filter((name) => !name.endsWith('num_batches_tracked'));

const detectorNames = [...stateDict('torchvision maskrcnn_resnet50_fpn').keys()];
const classifierNames = [...stateDict('torchvision resnet50').keys()];

describe('translateNames', () => {
  it('leaves the names of a detector as they are', () => {
    const names = [...stateDict('torchvision maskrcnn_resnet50_fpn').keys()];
    const { kind, byOurs, unused } = translateNames(names, names);
    expect({ kind, unused }).toEqual({ kind: 'detector', unused: [] });
    expect([...byOurs]).toEqual(names.map((name) => [name, name]));
  });

  it('knows the names that torchvision used before version 0.13', () => {
    const { byOurs } = translateNames(
      [
        'backbone.fpn.inner_blocks.3.weight',
        'rpn.head.conv.bias',
        'roi_heads.mask_head.mask_fcn4.weight',
        'roi_heads.mask_predictor.conv5_mask.weight',
      ],
      detectorNames,
    );
    expect([...byOurs.keys()]).toEqual([
      'backbone.fpn.inner_blocks.3.0.weight',
      'rpn.head.conv.0.0.bias',
      'roi_heads.mask_head.3.0.weight',
      'roi_heads.mask_predictor.conv5_mask.weight',
    ]);
  });

  it('puts a classification network into the backbone of a detector, without its dense layer', () => {
    const names = [...stateDict('torchvision resnet50').keys()];
    const { kind, byOurs, unused } = translateNames(names, detectorNames);
    expect(kind).toBe('classifier');
    expect(unused).toEqual([...counters(names), 'fc.weight', 'fc.bias']);
    expect(byOurs.get('backbone.body.layer1.0.conv1.weight')).toBe('layer1.0.conv1.weight');
    expect(byOurs.size).toBe(others(names).length - 2);
  });

  it('keeps all of a classification network for another', () => {
    const names = [...stateDict('torchvision resnet50').keys()];
    const { byOurs, unused } = translateNames(names, others(names));
    expect([...byOurs.keys()]).toEqual(others(names));
    expect(unused).toEqual(counters(names));
  });

  it("turns timm's names of MobileNet-V2 into torchvision's, one by one", () => {
    const ours = others(stateDict('torchvision mobilenet_v2').keys());
    const timm = translateNames(stateDict('timm mobilenetv2_100').keys(), ours);
    expect([...timm.byOurs.keys()]).toEqual(ours);
  });

  it.each(['module.', '_orig_mod.', 'model.', 'net.', 'module._orig_mod.', 'model.detector.'])(
    'sees through the wrapper %s, and lists what stands beside it',
    (prefix) => {
      const wrapped = [...detectorNames.map((name) => prefix + name), 'n_averaged', 'criterion.weight'];
      const { kind, byOurs, unused } = translateNames(wrapped, detectorNames);
      expect({ kind, unused }).toEqual({ kind: 'detector', unused: ['n_averaged', 'criterion.weight'] });
      expect([...byOurs]).toEqual(detectorNames.map((name) => [name, prefix + name]));
    },
  );

  it('sees through the wrapper of a classification network for either kind of network', () => {
    const wrapped = classifierNames.map((name) => `model.${name}`);
    const whole = translateNames(wrapped, others(classifierNames));
    expect([...whole.byOurs]).toEqual(others(classifierNames).map((name) => [name, `model.${name}`]));
    const backbone = translateNames(wrapped, detectorNames);
    expect(backbone.kind).toBe('classifier');
    expect(backbone.byOurs.get('backbone.body.layer1.0.conv1.weight')).toBe('model.layer1.0.conv1.weight');
    expect(backbone.unused).toContain('model.fc.weight');
  });

  it('takes nothing off that belongs to a name', () => {
    // An AttoNet's modules are no wrapper, nor are the features of a MobileNet.
    for (const name of ['module1.mix.0.weight', 'features.0.0.weight']) {
      expect([...translateNames([name], [name]).byOurs.keys()]).toEqual([name]);
      expect([...translateNames([name], ['fc.weight']).byOurs.keys()]).toEqual([name]);
    }
  });
});

describe('kinds of names', () => {
  it('tells backbones from heads in detectors and classifiers', () => {
    expect(networkKind(['stem.0.weight', 'fc.weight'])).toBe('classifier');
    expect(networkKind(['backbone.body.stem.0.weight'])).toBe('detector');
    const names = [
      'backbone.body.conv1.weight',
      'backbone.fpn.x',
      'rpn.head.x',
      'roi_heads.x',
      'conv1.weight',
      'fc.bias',
      'classifier.1.bias',
    ];
    expect(names.filter(isBackboneName)).toEqual(['backbone.body.conv1.weight', 'conv1.weight']);
    expect(names.filter(isHeadName)).toEqual(['rpn.head.x', 'roi_heads.x', 'fc.bias', 'classifier.1.bias']);
  });
});
