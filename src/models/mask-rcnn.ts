import type { Tensor } from '@tensorflow/tfjs-core';
import { attoNet } from '../backbone/attonet.js';
import { type Backbone, stageSettings } from '../backbone/backbone.js';
import { resNet50 } from '../backbone/resnet.js';
import type { ModelConfig } from '../config/schema.js';
import { type FeaturePyramid, featurePyramid } from '../fpn/fpn.js';
import type { Boxes } from '../geometry/box-iou.js';
import { type BoxHead, boxHead } from '../heads/box-head.js';
import { type MaskHead, maskHead } from '../heads/mask-head.js';
import type { Ops } from '../nn/ops.js';
import { type Parameter, rootScope } from '../nn/parameter.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import { levelAnchors } from '../rpn/anchors.js';
import { type RpnHead, rpnHead } from '../rpn/head.js';
import { type LevelPredictions, type ProposalSettings, selectProposals } from '../rpn/proposals.js';
import type { ImageBatch } from './transform.js';

/**
 * Mask R-CNN (He et al. 2017) with a feature pyramid; with an AttoNet in front it is Atto-MaskRCNN (Section 4.2).
 *
 * ```
 * image → backbone → C2…C5 → FPN → P2…P6 → RPN → proposals
 *                                   P2…P5 + proposals → RoIAlign → box head → classes, boxes
 *                                   P2…P5 + boxes     → RoIAlign → mask head → masks
 * ```
 *
 * The parts are data and shape-generic functions; the values of their parameters are kept apart (see `Weights`).
 */
export interface MaskRcnn {
  readonly backbone: Backbone;
  readonly fpn: FeaturePyramid;
  readonly rpn: RpnHead;
  readonly box: BoxHead;
  readonly mask: MaskHead;
  readonly settings: ModelConfig;
  /** All tensors of the model, in torchvision's order. */
  readonly parameters: readonly Parameter[];
}

/** Puts a Mask R-CNN together. `classes` doesn't count background. */
export function buildMaskRcnn(settings: ModelConfig, classes: number): MaskRcnn {
  const { scope, parameters } = rootScope();
  const norm = {
    mode: settings.backbone.norm,
    epsilon: settings.backbone.normEpsilon,
    momentum: settings.backbone.normMomentum,
  };
  const stages = stageSettings(scope.child('backbone.body'), norm, settings.backbone.trainableStages);
  const { name } = settings.backbone;
  const backbone = name === 'resnet50' ? resNet50(stages) : attoNet(name, stages);
  const fpn = featurePyramid(scope.child('backbone.fpn'), backbone.channels, settings.fpn.channels);
  const rpn = rpnHead(scope.child('rpn.head'), fpn.channels, settings.rpn.aspectRatios.length);
  const box = boxHead(scope.child('roi_heads'), {
    channels: fpn.channels,
    roiSize: settings.box.roiSize,
    representation: settings.box.representation,
    classes,
  });
  const mask = maskHead(scope.child('roi_heads'), {
    inputChannels: fpn.channels,
    channels: settings.mask.channels,
    layers: settings.mask.layers,
    classes,
  });
  return { backbone, fpn, rpn, box, mask, settings, parameters };
}

/** The pyramid P2 to P6 of a batch. */
export function pyramidOf<T>(network: MaskRcnn, ops: Ops<T>, images: T): T[] {
  return ops.part('features', () => network.fpn.forward(ops, network.backbone.forward(ops, images)));
}

/** P2 to P5: the levels that RoIs are pooled from. */
export function roiLevels<T>(pyramid: readonly T[]): T[] {
  return pyramid.slice(0, -1);
}

/** The anchors of a batch, level by level; the same for each of its images. */
export function pyramidAnchors(
  network: MaskRcnn,
  pyramid: readonly Tensor[],
  { padded }: ImageBatch,
): Boxes[] {
  const { anchorSizes, aspectRatios } = network.settings.rpn;
  return pyramid.map((map, level) => {
    const [, height, width] = map.shape;
    return levelAnchors(anchorSizes[level], aspectRatios, { height, width }, padded);
  });
}

/**
 * Each image's proposals. No gradient flows through them: `ops` has no tape.
 *
 * @returns boxes in pixels of the network's input
 */
export function propose(
  network: MaskRcnn,
  ops: TensorOps,
  pyramid: readonly Tensor[],
  anchors: readonly Boxes[],
  { sizes }: ImageBatch,
  settings: ProposalSettings,
): Boxes[] {
  const predictions = pyramid.map((level) => {
    const { objectness, offsets } = network.rpn.forward(ops, level);
    const values = { objectness: objectness.dataSync<'float32'>(), offsets: offsets.dataSync<'float32'>() };
    for (const tensor of [objectness, offsets]) tensor.dispose();
    return values;
  });
  return sizes.map((size, image) => {
    const ofImage = (values: Float32Array): Float32Array => {
      const length = values.length / sizes.length;
      return values.subarray(image * length, (image + 1) * length);
    };
    const levels = predictions.map(
      ({ objectness, offsets }, level): LevelPredictions => ({
        objectness: ofImage(objectness),
        offsets: ofImage(offsets),
        anchors: anchors[level],
      }),
    );
    return selectProposals(levels, size, settings);
  });
}
