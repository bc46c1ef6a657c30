import type { Tensor } from '@tensorflow/tfjs-core';
import { depthwiseConvolution } from '../engine/ops/convolution.js';
import { gatherPatches } from '../engine/ops/gather.js';
import { linear } from '../engine/ops/matmul.js';
import type { Convolution } from '../nn/layers.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import type { RpnHead } from './head.js';
import type { RpnInput } from './proposals.js';
import { type RpnTargets, sampleAnchors } from './sampling.js';

/** Distance at which the smooth L1 loss turns from quadratic to linear. */
const beta = 1 / 9;

/**
 * The RPN's losses (Ren et al. 2015): binary cross-entropy of the objectness, averaged over the sampled anchors, and
 * smooth L1 of the foreground's offsets, summed and divided by the size of the sample.
 *
 * Only a few hundred of the many thousand predictions count, so they are computed once more here, at the sampled
 * locations alone, and it is this computation that goes backward: the dense one that proposes RoIs needs no
 * activations kept and no gradient. The numbers are the same.
 *
 * @returns two scalars
 */
export function rpnLosses(
  head: RpnHead,
  ops: TensorOps,
  { maps, anchors }: RpnInput,
  targets: RpnTargets,
): { objectness: Tensor; box: Tensor } {
  const sample = sampleAnchors(anchors, targets);
  const perLocation = head.anchorsPerLocation;
  const used = sample.anchors.flatMap((ofLevel, level) => (ofLevel.length > 0 ? [level] : []));
  const total = sample.anchors.reduce((sum, ofLevel) => sum + ofLevel.length, 0);
  if (total === 0) return { objectness: ops.zero(), box: ops.zero() };

  const patches = used.map((level) => {
    const locations = sample.anchors[level].map((anchor) => Math.floor(anchor / perLocation));
    return gatherPatches(ops.tape, maps[level], locations);
  });
  const hidden = head.hidden.reduce<Tensor>(
    (x, layer) => atPatches(ops, layer, x),
    ops.concatenateRows(patches),
  );
  const logits = ops.reshape(atPatches(ops, head.objectness, hidden), [total * perLocation, 1]);
  const offsets = ops.reshape(atPatches(ops, head.offsets, hidden), [total * perLocation, 4]);

  // Row r of `hidden` belongs to the r-th sampled anchor; of its location's predictions that anchor's are wanted.
  const rows: number[] = [];
  const foregroundRows: number[] = [];
  const labels: number[] = [];
  for (const level of used) {
    for (const [i, anchor] of sample.anchors[level].entries()) {
      const row = rows.length * perLocation + (anchor % perLocation);
      const isForeground = i < sample.foreground[level];
      if (isForeground) foregroundRows.push(row);
      labels.push(isForeground ? 1 : 0);
      rows.push(row);
    }
  }
  const objectness = ops.sigmoidCrossEntropy(
    ops.gatherRows(logits, Int32Array.from(rows)),
    Float32Array.from(labels),
  );
  if (foregroundRows.length === 0) return { objectness, box: ops.zero() };
  const box = ops.smoothL1(ops.gatherRows(offsets, Int32Array.from(foregroundRows)), sample.targetOffsets, {
    beta,
    divisor: total,
  });
  return { objectness, box };
}

/** Runs a convolution with or without bias where all that its window sees is one row of `x`. */
function atPatches(ops: TensorOps, { kind, weight, bias, activation }: Convolution, x: Tensor): Tensor {
  const [k, , input, output] = weight.shape;
  const epilogue = { bias: bias && ops.value(bias), activation };
  if (kind === 'depthwise') {
    const windows = ops.reshape(x, [x.shape[0], k, k, input]);
    const y = depthwiseConvolution(ops.tape, windows, ops.value(weight), { stride: 1, padding: 0 }, epilogue);
    return ops.reshape(y, [x.shape[0], input * output]);
  }
  const matrix = ops.reshape(ops.value(weight), [k * k * input, output]);
  return linear(ops.tape, x, matrix, epilogue);
}
