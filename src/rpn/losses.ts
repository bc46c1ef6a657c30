import type { Tensor } from '@tensorflow/tfjs-core';
import { depthwiseConvolution } from '../engine/ops/convolution.js';
import { gatherPatches, gatherRows } from '../engine/ops/gather.js';
import { sigmoidCrossEntropy, smoothL1 } from '../engine/ops/losses.js';
import { linear } from '../engine/ops/matmul.js';
import { concatenateRows, reshape } from '../engine/ops/reshape.js';
import { tf } from '../engine/tf.js';
import type { Convolution } from '../nn/layers.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import type { RpnHead } from './head.js';

/** The anchors of a batch that the RPN's losses look at. */
export interface RpnSample {
  /**
   * For each level, which anchors: flat indices into N · H · W · A, the order in which the head predicts. Positives come
   * first within a level.
   */
  readonly anchors: readonly Int32Array[];
  /** How many of each level's anchors are positive. */
  readonly positives: readonly number[];
  /** `[positives of all levels · 4]`: the offsets that lead from the positive anchors to their truth boxes. */
  readonly targetOffsets: Float32Array;
}

/** Where the smooth L1 distance turns from quadratic to linear. */
const beta = 1 / 9;

/**
 * The RPN's losses: binary cross-entropy of the objectness, averaged over the sample, and smooth L1 of the positives'
 * offsets, summed and divided by the size of the sample.
 *
 * Only a few hundred of the many thousand predictions count, so they are computed once more here, at the sampled locations
 * alone, and it is this computation that goes backward: the dense one that proposes RoIs needs no activations kept and
 * no gradient. The numbers are the same.
 *
 * @param pyramid P2 to P6, `[N, H, W, C]`
 */
export function rpnLosses(
  ops: TensorOps,
  head: RpnHead,
  pyramid: readonly Tensor[],
  sample: RpnSample,
): { objectness: Tensor; box: Tensor } {
  const { tape } = ops;
  const perLocation = head.anchorsPerLocation;
  const used = sample.anchors.flatMap((anchors, level) => (anchors.length > 0 ? [level] : []));
  const total = sample.anchors.reduce((sum, anchors) => sum + anchors.length, 0);
  if (total === 0) return { objectness: tf.scalar(0), box: tf.scalar(0) };

  const patches = used.map((level) => {
    const locations = sample.anchors[level].map((anchor) => Math.floor(anchor / perLocation));
    return gatherPatches(tape, pyramid[level], locations);
  });
  const hidden = head.hidden.reduce<Tensor>(
    (x, layer) => atPatches(ops, layer, x),
    concatenateRows(tape, patches),
  );
  const logits = reshape(tape, atPatches(ops, head.objectness, hidden), [total * perLocation, 1]);
  const offsets = reshape(tape, atPatches(ops, head.offsets, hidden), [total * perLocation, 4]);

  // Row r of `hidden` belongs to the r-th sampled anchor; of its location's predictions that anchor's are wanted.
  const rows: number[] = [];
  const positiveRows: number[] = [];
  const labels: number[] = [];
  for (const level of used) {
    for (const [i, anchor] of sample.anchors[level].entries()) {
      const row = rows.length * perLocation + (anchor % perLocation);
      const positive = i < sample.positives[level];
      if (positive) positiveRows.push(row);
      labels.push(positive ? 1 : 0);
      rows.push(row);
    }
  }
  const targets = tf.tensor2d(labels, [total, 1]);
  const objectness = sigmoidCrossEntropy(tape, gatherRows(tape, logits, Int32Array.from(rows)), targets);
  if (positiveRows.length === 0) return { objectness, box: tf.scalar(0) };
  const box = smoothL1(
    tape,
    gatherRows(tape, offsets, Int32Array.from(positiveRows)),
    tf.tensor2d(sample.targetOffsets, [positiveRows.length, 4]),
    beta,
    total,
  );
  return { objectness, box };
}

/** A convolution with or without bias where all that its window sees is one row of `x`. */
function atPatches(ops: TensorOps, { kind, weight, bias, activation }: Convolution, x: Tensor): Tensor {
  const { tape } = ops;
  const [k, , input, output] = weight.shape;
  const epilogue = { bias: bias && ops.value(bias), activation };
  if (kind === 'depthwise') {
    const windows = reshape(tape, x, [x.shape[0], k, k, input]);
    const y = depthwiseConvolution(tape, windows, ops.value(weight), { stride: 1, padding: 0 }, epilogue);
    return reshape(tape, y, [x.shape[0], input * output]);
  }
  const matrix = reshape(tape, ops.value(weight), [k * k * input, output]);
  return linear(tape, x, matrix, epilogue);
}
