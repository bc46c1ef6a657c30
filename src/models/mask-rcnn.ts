import { stageOutputs } from '../backbone/backbone.js';
import { buildBackbone } from '../backbone/build.js';
import type { C4ModelConfig, FpnModelConfig, ModelConfig } from '../config/schema.js';
import { featurePyramid } from '../fpn/fpn.js';
import { averagingBoxHead, type BoxHead, boxHead } from '../heads/box-head.js';
import { type MaskHead, maskHead } from '../heads/mask-head.js';
import type { Ops } from '../nn/ops.js';
import { type Parameter, rootScope, type Scope } from '../nn/parameter.js';
import type { RoiFeatures } from '../roi/features.js';
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

/** Parts that an architecture lays down. */
interface Network {
  /** Computes the backbone's maps, C2 and following, of normalized images `[N, H, W, 3]`. */
  backbone<T>(ops: Ops<T>, images: T): T[];
  /** Makes of those the maps that the RPN looks at, the finest first: P2 to P6, or C4. */
  neck<T>(ops: Ops<T>, features: readonly T[]): T[];
  readonly rpn: RpnHead;
  /** Number of the maps that RoIs are pooled from, and the stride of the finest in pixels of the input. */
  readonly roiLevels: { readonly count: number; readonly stride: number };
  readonly boxFeatures: RoiFeatures;
  readonly box: BoxHead;
  /** The same object as `boxFeatures` where both heads look at the same features. */
  readonly maskFeatures: RoiFeatures;
  readonly mask: MaskHead;
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
  const { headConvolution: kind, rpn, box, mask } = settings;
  const { channels } = settings.fpn;
  const backbone = buildBackbone(scope.child('backbone.body'), settings.backbone);
  const fpn = featurePyramid(scope.child('backbone.fpn'), backbone.channels, channels, kind);
  const anchors = { sizes: rpn.anchorSizes.map((size) => [size]), aspectRatios: rpn.aspectRatios };
  const heads = scope.child('roi_heads');
  return {
    backbone: (ops, images) => stageOutputs(backbone, ops, images, 4),
    neck: (ops, features) => fpn.forward(ops, features),
    rpn: rpnHead(scope.child('rpn.head'), { channels, anchors, kind }),
    // P6 serves the RPN alone.
    roiLevels: { count: 4, stride: 4 },
    boxFeatures: { roiSize: box.roiSize, forward: (_, pooled) => pooled },
    box: boxHead(heads, {
      channels,
      roiSize: box.roiSize,
      representation: box.representation,
      classes,
    }),
    maskFeatures: { roiSize: mask.roiSize, forward: (_, pooled) => pooled },
    mask: maskHead(heads, {
      inputChannels: channels,
      channels: mask.channels,
      layers: mask.layers,
      kind,
      classes,
    }),
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
  const kind = 'standard';
  const { rpn, box, mask } = settings;
  const backbone = buildBackbone(scope.child('backbone.body'), settings.backbone);
  const [, , c4Channels, c5Channels] = backbone.channels;
  const [, , , c5] = backbone.stages;
  const anchors = { sizes: [rpn.anchorSizes], aspectRatios: rpn.aspectRatios };
  const shared: RoiFeatures = {
    roiSize: box.roiSize,
    forward: (ops, pooled) => ops.part('C5', () => c5(ops, pooled)),
  };
  const heads = scope.child('roi_heads');
  return {
    backbone: (ops, images) => stageOutputs(backbone, ops, images, 3),
    neck: (_, features) => features.slice(-1),
    rpn: rpnHead(scope.child('rpn.head'), { channels: c4Channels, anchors, kind }),
    roiLevels: { count: 1, stride: 16 },
    boxFeatures: shared,
    box: averagingBoxHead(heads, { channels: c5Channels, classes }),
    maskFeatures: shared,
    mask: maskHead(heads, {
      inputChannels: c5Channels,
      channels: mask.channels,
      layers: 0,
      kind,
      classes,
    }),
  };
}

/** Computes the maps of a batch that the RPN looks at, of normalized images `[N, H, W, 3]`. */
export function featureMaps<T>(network: MaskRcnn, ops: Ops<T>, images: T): T[] {
  return ops.part('features', () => network.neck(ops, network.backbone(ops, images)));
}
