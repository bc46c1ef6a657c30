import {
  convolve,
  type HeadConvolution,
  type HeadConvolutionKind,
  headConvolution,
} from '../nn/head-convolution.js';
import { normal } from '../nn/initializers.js';
import { type Convolution, convolutionLayer } from '../nn/layers.js';
import type { Ops } from '../nn/ops.js';
import type { Scope } from '../nn/parameter.js';
import type { AnchorShapes } from './anchors.js';

/** Predictions of the RPN on one map, with A anchors a location. */
interface RpnPrediction<T> {
  /** `[N, H, W, A]` logits. */
  readonly objectness: T;
  /** `[N, H, W, A · 4]`: dx, dy, dw, dh of each anchor. */
  readonly offsets: T;
}

/**
 * The small network that slides over each map (Ren et al. 2015): a 3×3 convolution with ReLU, then two 1×1 convolutions
 * side by side; and the anchors that it predicts for.
 */
export interface RpnHead {
  readonly hidden: HeadConvolution;
  readonly objectness: Convolution;
  readonly offsets: Convolution;
  readonly anchors: AnchorShapes;
  readonly anchorsPerLocation: number;
  /** @param map `[N, H, W, C]` */
  forward<T>(ops: Ops<T>, map: T): RpnPrediction<T>;
}

/** Coder weights of the RPN: its offsets aren't scaled. */
export const rpnCoderWeights = [1, 1, 1, 1] as const;

/** Builds the RPN's head with torchvision's names. */
export function rpnHead(
  scope: Scope,
  settings: {
    readonly channels: number;
    readonly anchors: AnchorShapes;
    /** Kind of the 3×3 convolution. */
    readonly kind: HeadConvolutionKind;
  },
): RpnHead {
  const { channels, anchors, kind } = settings;
  const anchorsPerLocation = anchors.sizes[0].length * anchors.aspectRatios.length;
  const initializer = normal(0.01);
  const hidden = headConvolution(scope.child('conv.0.0'), kind, {
    in: channels,
    out: channels,
    initializer,
    activation: 'relu',
  });
  const prediction = (name: string, out: number): Convolution =>
    convolutionLayer(scope.child(name), { in: channels, out, kernel: 1, initializer });
  const objectness = prediction('cls_logits', anchorsPerLocation);
  const offsets = prediction('bbox_pred', 4 * anchorsPerLocation);
  return {
    hidden,
    objectness,
    offsets,
    anchors,
    anchorsPerLocation,
    forward<T>(ops: Ops<T>, map: T): RpnPrediction<T> {
      const [logits, deltas] = ops.part('RPN', () => {
        const features = convolve(ops, hidden, map);
        return [ops.convolution(objectness, features), ops.convolution(offsets, features)];
      });
      return { objectness: logits, offsets: deltas };
    },
  };
}
