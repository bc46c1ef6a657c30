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

/** The RPN's predictions on one pyramid level with A anchors a location. */
export interface RpnPrediction<T> {
  /** `[N, H, W, A]` logits. */
  readonly objectness: T;
  /** `[N, H, W, A · 4]`: dx, dy, dw, dh of each anchor. */
  readonly offsets: T;
}

/** The small network that slides over each level: 3×3 convolution and ReLU, then two 1×1 convolutions side by side. */
export interface RpnHead {
  readonly hidden: HeadConvolution;
  readonly objectness: Convolution;
  readonly offsets: Convolution;
  readonly anchorsPerLocation: number;
  forward<T>(ops: Ops<T>, level: T): RpnPrediction<T>;
}

/** @param kind of the 3×3 convolution */
export function rpnHead(
  scope: Scope,
  channels: number,
  anchorsPerLocation: number,
  kind: HeadConvolutionKind,
): RpnHead {
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
    anchorsPerLocation,
    forward<T>(ops: Ops<T>, level: T): RpnPrediction<T> {
      const [logits, deltas] = ops.part('RPN', () => {
        const features = convolve(ops, hidden, level);
        return [ops.convolution(objectness, features), ops.convolution(offsets, features)];
      });
      return { objectness: logits, offsets: deltas };
    },
  };
}
