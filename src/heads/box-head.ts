import type { Tensor } from '@tensorflow/tfjs-core';
import { kaimingUniform, normal } from '../nn/initializers.js';
import { type Linear, linearLayer } from '../nn/layers.js';
import type { Ops } from '../nn/ops.js';
import type { Scope } from '../nn/parameter.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import type { SampledRois } from '../roi/sampling.js';

/** Predictions of the box head for R RoIs and C classes. */
export interface BoxPrediction<T> {
  /** `[R, C + 1]` logits; class 0 is background. */
  readonly classLogits: T;
  /** `[R, (C + 1) · 4]`: dx, dy, dw, dh for each class. */
  readonly offsets: T;
}

/** The head that classifies RoIs and refines their boxes. */
export interface BoxHead {
  /** @param rois features `[R, S, S, C]` */
  forward<T>(ops: Ops<T>, rois: T): BoxPrediction<T>;
}

/**
 * Builds the classifier and the class-specific box regression, side by side, of rows `[R, channels]`. Weights are
 * drawn as in Detectron: predictions start out near 0.
 */
function boxPredictor(scope: Scope, channels: number, classes: number) {
  const prediction = (name: string, out: number, deviation: number): Linear =>
    linearLayer(scope.child(name), { in: channels, out, initializer: normal(deviation) });
  const classifier = prediction('box_predictor.cls_score', classes + 1, 0.01);
  const regression = prediction('box_predictor.bbox_pred', 4 * (classes + 1), 0.001);
  return <T>(ops: Ops<T>, rows: T): [classLogits: T, offsets: T] => [
    ops.linear(classifier, rows),
    ops.linear(regression, rows),
  ];
}

/**
 * Builds the box head of a feature pyramid: two fully connected layers with ReLU, then classifier and box regression.
 */
export function boxHead(
  scope: Scope,
  settings: {
    readonly channels: number;
    readonly roiSize: number;
    readonly representation: number;
    /** Number of classes without background. */
    readonly classes: number;
  },
): BoxHead {
  const { channels, roiSize, representation, classes } = settings;
  const inputs = roiSize * roiSize * channels;
  const fc6 = linearLayer(scope.child('box_head.fc6'), {
    in: inputs,
    out: representation,
    initializer: kaimingUniform(inputs),
    activation: 'relu',
    flattened: { height: roiSize, width: roiSize, channels },
  });
  const fc7 = linearLayer(scope.child('box_head.fc7'), {
    in: representation,
    out: representation,
    initializer: kaimingUniform(representation),
    activation: 'relu',
  });
  const predict = boxPredictor(scope, representation, classes);
  return {
    forward<T>(ops: Ops<T>, rois: T): BoxPrediction<T> {
      const [classLogits, offsets] = ops.part('box head', () =>
        predict(ops, ops.linear(fc7, ops.linear(fc6, ops.flatten(rois)))),
      );
      return { classLogits, offsets };
    },
  };
}

/**
 * Builds the box head of C4: classifier and box regression of the mean of a RoI's features, which a deep stage has made
 * already.
 */
export function averagingBoxHead(
  scope: Scope,
  settings: {
    readonly channels: number;
    /** Number of classes without background. */
    readonly classes: number;
  },
): BoxHead {
  const predict = boxPredictor(scope, settings.channels, settings.classes);
  return {
    forward<T>(ops: Ops<T>, rois: T): BoxPrediction<T> {
      const [classLogits, offsets] = ops.part('box head', () => predict(ops, ops.globalAveragePool(rois)));
      return { classLogits, offsets };
    },
  };
}

/** Distance at which the smooth L1 loss turns from quadratic to linear. */
const beta = 1 / 9;

/**
 * The box head's losses (Girshick 2015): cross-entropy of the class, averaged over the RoIs, and smooth L1 of the
 * foreground's offsets for its true class, summed and divided by the number of all RoIs.
 *
 * @returns two scalars
 */
export function boxLosses(
  ops: TensorOps,
  { classLogits, offsets }: BoxPrediction<Tensor>,
  targets: Pick<SampledRois, 'labels' | 'foreground' | 'targetOffsets'>,
): { classifier: Tensor; box: Tensor } {
  const { labels, foreground, targetOffsets } = targets;
  const [rois, classes] = classLogits.shape;
  const classifier = ops.softmaxCrossEntropy(classLogits, labels);
  if (foreground.length === 0) return { classifier, box: ops.zero() };
  const ofTrueClass = ops.gatherRows(
    ops.reshape(offsets, [rois * classes, 4]),
    foreground.map((roi) => roi * classes + labels[roi]),
  );
  return { classifier, box: ops.smoothL1(ofTrueClass, targetOffsets, { beta, divisor: rois }) };
}
