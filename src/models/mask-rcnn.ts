import { stageOutputs } from '../backbone/backbone.js';
import { buildBackbone } from '../backbone/build.js';
import type { C4ModelConfig, FpnModelConfig, ModelConfig } from '../config/schema.js';
import { featurePyramid } from '../fpn/fpn.js';
import { averagingBoxHead, type BoxHead, boxHead } from '../heads/box-head.js';
import { type MaskHead, maskHead } from '../heads/mask-head.js';
import type { Ops } from '../nn/ops.js';
import { type Parameter, rootScope, type Scope } from '../nn/parameter.js';
import { type RpnHead, rpnHead } from '../rpn/head.js';

/**
 * Mask R-CNN (He et al. 2017): {@link fpnNetwork} with a feature pyramid, which makes Atto-MaskRCNN of an AttoNet
 * (Section 4.2), and {@link c4Network} on a single map.
 *
 * The parts are data and shape-generic functions; the values of their parameters are kept apart (see `Weights`).
 */
export interface MaskRcnn extends Network {
  readonly settings: ModelConfig;
  /** All tensors of the model, in torchvision's order. */
  readonly parameters: readonly Parameter[];
}

/** What an architecture lays down. */
interface Network {
  /** The backbone's maps, C2 and following, of normalized images `[N, H, W, 3]`. */
  backbone<T>(ops: Ops<T>, images: T): T[];
  /** From those the maps that the RPN looks at, the finest first. */
  neck<T>(ops: Ops<T>, features: readonly T[]): T[];
  /** The sides of the anchors on each of these maps. */
  readonly anchorSizes: readonly (readonly number[])[];
  readonly rpn: RpnHead;
  /** RoIs are pooled from so many of the maps, of which the finest has one pixel for `stride` × `stride` of the input. */
  readonly roiLevels: { readonly count: number; readonly stride: number };
  readonly boxFeatures: RoiFeatures;
  readonly box: BoxHead;
  /** The same object as `boxFeatures` where both heads look at the same features. */
  readonly maskFeatures: RoiFeatures;
  readonly mask: MaskHead;
}

/** What becomes of a RoI before a head sees it. */
export interface RoiFeatures {
  /** S of the `[R, S, S, C]` that RoIAlign pools. */
  readonly roiSize: number;
  /** From what RoIAlign pooled to the head's input. */
  forward<T>(ops: Ops<T>, pooled: T): T;
}

/** Puts a Mask R-CNN together. `classes` doesn't count background. */
export function buildMaskRcnn(settings: ModelConfig, classes: number): MaskRcnn {
  const { scope, parameters } = rootScope();
  const network =
    settings.architecture === 'fpn'
      ? fpnNetwork(scope, settings, classes)
      : c4Network(scope, settings, classes);
  return { ...network, settings, parameters };
}

/**
 * ```
 * image → backbone → C2…C5 → FPN → P2…P6 → RPN → proposals
 *                                   P2…P5 + proposals → RoIAlign → box head → classes, boxes
 *                                   P2…P5 + boxes     → RoIAlign → mask head → masks
 * ```
 */
function fpnNetwork(scope: Scope, settings: FpnModelConfig, classes: number): Network {
  const backbone = buildBackbone(scope.child('backbone.body'), settings.backbone);
  const { headConvolution: kind } = settings;
  const { channels } = settings.fpn;
  const fpn = featurePyramid(scope.child('backbone.fpn'), backbone.channels, channels, kind);
  const { anchorSizes, aspectRatios } = settings.rpn;
  const rpn = rpnHead(scope.child('rpn.head'), channels, aspectRatios.length, kind);
  const heads = scope.child('roi_heads');
  const { roiSize, representation } = settings.box;
  const box = boxHead(heads, { channels, roiSize, representation, classes });
  const { channels: maskChannels, layers } = settings.mask;
  const mask = maskHead(heads, { inputChannels: channels, channels: maskChannels, layers, kind, classes });
  return {
    backbone: (ops, images) => stageOutputs(backbone, ops, images, 4),
    neck: (ops, features) => fpn.forward(ops, features),
    anchorSizes: anchorSizes.map((size) => [size]),
    rpn,
    // P6 serves the RPN alone.
    roiLevels: { count: 4, stride: 4 },
    boxFeatures: { roiSize, forward: (_, pooled) => pooled },
    box,
    maskFeatures: { roiSize: settings.mask.roiSize, forward: (_, pooled) => pooled },
    mask,
  };
}

/**
 * ```
 * image → backbone → C4 → RPN → proposals
 *                    C4 + proposals → RoIAlign → C5 → box head → classes, boxes
 *                    C4 + boxes     → RoIAlign → C5 → mask head → masks
 * ```
 *
 * C5 is the backbone's last stage, at work on RoIs instead of on the image; its parameters keep their names.
 */
function c4Network(scope: Scope, settings: C4ModelConfig, classes: number): Network {
  const backbone = buildBackbone(scope.child('backbone.body'), settings.backbone);
  const [, , c4Channels, c5Channels] = backbone.channels;
  const { anchorSizes, aspectRatios } = settings.rpn;
  const rpn = rpnHead(
    scope.child('rpn.head'),
    c4Channels,
    aspectRatios.length * anchorSizes.length,
    'standard',
  );
  const heads = scope.child('roi_heads');
  const box = averagingBoxHead(heads, { channels: c5Channels, classes });
  const { channels } = settings.mask;
  const mask = maskHead(heads, {
    inputChannels: c5Channels,
    channels,
    layers: 0,
    kind: 'standard',
    classes,
  });
  const [, , , c5] = backbone.stages;
  const shared: RoiFeatures = {
    roiSize: settings.box.roiSize,
    forward: (ops, pooled) => ops.part('C5', () => c5(ops, pooled)),
  };
  return {
    backbone: (ops, images) => stageOutputs(backbone, ops, images, 3),
    neck: (_, features) => features.slice(-1),
    anchorSizes: [anchorSizes],
    rpn,
    roiLevels: { count: 1, stride: 16 },
    boxFeatures: shared,
    box,
    maskFeatures: shared,
    mask,
  };
}
