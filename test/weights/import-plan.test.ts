import { describe, expect, it } from 'vitest';
import type { BackboneName } from '../../src/config/backbone-names.js';
import { configSchemas } from '../../src/config/schema.js';
import { UserError } from '../../src/errors.js';
import { buildClassifier } from '../../src/models/classifier.js';
import { buildMaskRcnn } from '../../src/models/mask-rcnn.js';
import type { Parameter } from '../../src/nn/parameter.js';
import { planImport } from '../../src/weights/import-plan.js';
import { torchShape } from '../../src/weights/torch-layout.js';
import { fileOfShapes, stateDict } from '../support/golden-weights.js';

const modelConfig = (model: object) =>
  configSchemas().detection.parse({
    model,
    data: { format: 'voc', root: '' },
    training: { steps: 1, learningRate: 1 },
  }).model;

const detector = (name: BackboneName, classes = 20, more: object = {}) =>
  buildMaskRcnn(modelConfig({ backbone: { name }, ...more }), classes).parameters;

const classifier = (name: BackboneName, classes: number) =>
  buildClassifier(modelConfig({ backbone: { name } }).backbone, classes).parameters;

const shapesOf = (parameters: readonly Parameter[]) =>
  new Map(parameters.map((parameter) => [parameter.name, torchShape(parameter)]));

const namesOf = (fresh: readonly { parameter: Parameter }[]) => fresh.map(({ parameter }) => parameter.name);

describe("torchvision's maskrcnn_resnet50_fpn", () => {
  const file = fileOfShapes(stateDict('torchvision maskrcnn_resnet50_fpn'));

  it('fits the same detector, whole', () => {
    const parameters = detector('resnet50');
    const { backboneOnly, taken, fresh, unused } = planImport(file, parameters, 'resnet50', false);
    expect({ backboneOnly, fresh, unused }).toEqual({ backboneOnly: false, fresh: [], unused: [] });
    expect(taken.size).toBe(parameters.length);
    for (const [parameter, name] of taken) expect(name).toBe(parameter.name);
  });

  it('is refused for another number of classes, with all names that differ', () => {
    const planning = () => planImport(file, detector('resnet50', 3), 'resnet50', false);
    expect(planning).toThrow(UserError);
    expect(planning).toThrow(
      [
        "network.pth: doesn't fit the model",
        '6 tensors are of another shape:',
        '  roi_heads.box_predictor.cls_score.weight: 21×1024 instead of 4×1024',
        '  roi_heads.box_predictor.cls_score.bias: 21 instead of 4',
        '  roi_heads.box_predictor.bbox_pred.weight: 84×1024 instead of 16×1024',
        '  roi_heads.box_predictor.bbox_pred.bias: 84 instead of 16',
        '  roi_heads.mask_predictor.mask_fcn_logits.weight: 21×256×1×1 instead of 4×256×1×1',
        '  roi_heads.mask_predictor.mask_fcn_logits.bias: 21 instead of 4',
        'Only the classes differ: the file tells 20 apart, the model 3. Leave the layers of the classes fresh, to be ' +
          'trained, and keep all others: --fresh-heads. Or set data.classes to those that it was trained with.',
      ].join('\n'),
    );
  });

  it('leaves the layers of other classes fresh when asked', () => {
    const { taken, fresh } = planImport(file, detector('resnet50', 3), 'resnet50', true);
    expect(fresh.map(({ parameter, found }) => [parameter.name, found])).toEqual([
      ['roi_heads.box_predictor.cls_score.weight', [21, 1024]],
      ['roi_heads.box_predictor.cls_score.bias', [21]],
      ['roi_heads.box_predictor.bbox_pred.weight', [84, 1024]],
      ['roi_heads.box_predictor.bbox_pred.bias', [84]],
      ['roi_heads.mask_predictor.mask_fcn_logits.weight', [21, 256, 1, 1]],
      ['roi_heads.mask_predictor.mask_fcn_logits.bias', [21]],
    ]);
    expect([...taken.keys()].some(({ name }) => name === 'roi_heads.box_head.fc6.weight')).toBe(true);
  });

  it('leaves a whole layer fresh where its weight alone differs, and no layer that lacks nothing', () => {
    const parameters = detector('resnet50', 20, { box: { roiSize: 5 }, mask: { layers: 2 } });
    const { fresh, unused } = planImport(file, parameters, 'resnet50', true);
    expect(namesOf(fresh)).toEqual(['roi_heads.box_head.fc6.weight', 'roi_heads.box_head.fc6.bias']);
    expect(unused).toEqual(
      [2, 3].flatMap((i) => ['weight', 'bias'].map((what) => `roi_heads.mask_head.${i}.0.${what}`)),
    );
  });

  it('is refused with other advice where more than the classes differs', () => {
    const planning = () =>
      planImport(file, detector('resnet50', 3, { box: { roiSize: 5 } }), 'resnet50', false);
    expect(planning).toThrow(/or leave heads that differ fresh, with --fresh-heads\.$/);
    expect(planning).not.toThrow(/Only the classes differ/);
  });

  it("doesn't leave a backbone fresh", () => {
    const planning = () => planImport(file, detector('attonet-d'), 'attonet-d', true);
    expect(planning).toThrow(/tensors are missing:\n {2}backbone\.body\.stem\.0\.weight: 3×3×7×7\n/);
    expect(planning).toThrow(/265 tensors are unexpected:\n {2}backbone\.body\.conv1\.weight\n/);
  });
});

describe.each<[string, BackboneName]>([
  ['torchvision resnet50', 'resnet50'],
  ['timm resnet50', 'resnet50'],
  ['torchvision mobilenet_v2', 'mobilenet-v2'],
  ['timm mobilenetv2_100', 'mobilenet-v2'],
  ['timm mobilenetv1_100', 'mobilenet-v1'],
  ['torchvision shufflenet_v2_x1_0', 'shufflenet-v2'],
])('%s', (network, backbone) => {
  const shapes = stateDict(network);
  const counters = [...shapes.keys()].filter((name) => name.endsWith('num_batches_tracked'));

  it('fills the backbone of a detector', () => {
    const parameters = detector(backbone);
    const { backboneOnly, taken, fresh, unused } = planImport(
      fileOfShapes(shapes),
      parameters,
      backbone,
      false,
    );
    expect(backboneOnly).toBe(true);
    expect(taken.size + fresh.length).toBe(parameters.length);
    expect(namesOf(fresh).some((name) => name.startsWith('backbone.body.'))).toBe(false);
    expect([...taken.keys()].every(({ name }) => name.startsWith('backbone.body.'))).toBe(true);
    expect(unused).toHaveLength(counters.length + 2);
  });

  it('fills a classifier of as many classes', () => {
    const parameters = classifier(backbone, 1000);
    const { taken, fresh, unused } = planImport(fileOfShapes(shapes), parameters, backbone, false);
    expect(taken.size).toBe(parameters.length);
    expect({ fresh, unused }).toEqual({ fresh: [], unused: counters });
    expect(planImport(fileOfShapes(shapes), classifier(backbone, 51), backbone, true).fresh).toHaveLength(2);
  });
});

it.each<BackboneName>([
  'attonet-a',
  'attonet-d',
  'resnet50',
  'mobilenet-v1',
  'mobilenet-v2',
  'shufflenet-v2',
])('a classifier of ours gives its %s to a detector, on a pyramid or on C4', (backbone) => {
  const ours = classifier(backbone, 51);
  const file = fileOfShapes(shapesOf(ours));
  for (const architecture of ['fpn', 'c4']) {
    const { taken } = planImport(file, detector(backbone, 20, { architecture }), backbone, false);
    expect([...taken]).toHaveLength(ours.length - 2);
    for (const [{ name }, inFile] of taken) expect(name).toBe(`backbone.body.${inFile}`);
  }
});

it.each([
  ['Detectron2', ['backbone.bottom_up.res2.0.conv1.weight', 'proposal_generator.rpn_head.conv.weight']],
  ['Detectron2', ['model.backbone.bottom_up.stem.conv1.weight']],
  ['MMDetection', ['backbone.conv1.weight', 'neck.lateral_convs.0.conv.weight', 'rpn_head.rpn_conv.weight']],
  ['Ultralytics', ['model.0.conv.weight', 'model.22.cv2.0.0.conv.weight', 'model.22.proto.cv1.conv.weight']],
])('weights of %s are named, with what can be done', (framework, names) => {
  const foreign = fileOfShapes(new Map(names.map((name) => [name, [1]])));
  for (const freshHeads of [false, true]) {
    const planning = () => planImport(foreign, detector('resnet50'), 'resnet50', freshHeads);
    expect(planning).toThrow(`network.pth: holds the weights of ${framework}, `);
    expect(planning).toThrow(/a Mask R-CNN with torchvision's names.*atto score --detections takes/);
  }
});

it('a classification network of another kind is refused', () => {
  const file = fileOfShapes(stateDict('timm mobilenetv1_100'));
  expect(() => planImport(file, detector('mobilenet-v2'), 'mobilenet-v2', true)).toThrow(
    /unexpected:\n {2}conv_stem\.weight\n.*taken as a classification network for the backbone mobilenet-v2/s,
  );
});
