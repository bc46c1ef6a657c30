import { describe, expect, it } from 'vitest';
import { isBackboneName, isHeadName, networkKind, translateNames } from '../../src/weights/names.js';
import { stateDict } from '../support/golden-weights.js';

const counters = (names: Iterable<string>) =>
  [...names].filter((name) => name.endsWith('num_batches_tracked'));
const others = (names: Iterable<string>) =>
  [...names].filter((name) => !name.endsWith('num_batches_tracked'));

describe('translateNames', () => {
  it('leaves the names of a detector as they are', () => {
    const names = [...stateDict('torchvision maskrcnn_resnet50_fpn').keys()];
    const { kind, byOurs, unused } = translateNames(names, 'detector');
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
      'detector',
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
    const { kind, byOurs, unused } = translateNames(names, 'detector');
    expect(kind).toBe('classifier');
    expect(unused).toEqual([...counters(names), 'fc.weight', 'fc.bias']);
    expect(byOurs.get('backbone.body.layer1.0.conv1.weight')).toBe('layer1.0.conv1.weight');
    expect(byOurs.size).toBe(others(names).length - 2);
  });

  it('keeps all of a classification network for another', () => {
    const names = [...stateDict('torchvision resnet50').keys()];
    const { byOurs, unused } = translateNames(names, 'classifier');
    expect([...byOurs.keys()]).toEqual(others(names));
    expect(unused).toEqual(counters(names));
  });

  it("turns timm's names of MobileNet-V2 into torchvision's, one by one", () => {
    const timm = translateNames(stateDict('timm mobilenetv2_100').keys(), 'classifier');
    expect([...timm.byOurs.keys()]).toEqual(others(stateDict('torchvision mobilenet_v2').keys()));
  });

  it('sees through nn.DataParallel', () => {
    const wrapped = translateNames(['module.rpn.head.cls_logits.bias'], 'detector');
    expect([...wrapped.byOurs]).toEqual([['rpn.head.cls_logits.bias', 'module.rpn.head.cls_logits.bias']]);
    // An AttoNet's modules are no wrapper.
    expect([...translateNames(['module1.mix.0.weight'], 'classifier').byOurs.keys()]).toEqual([
      'module1.mix.0.weight',
    ]);
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
