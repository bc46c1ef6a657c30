import type { Tensor } from '@tensorflow/tfjs-core';
import { gatherRows } from '../engine/ops/gather.js';
import { concatenateRows, reshape } from '../engine/ops/reshape.js';
import type { Ops } from '../nn/ops.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import type { Rois } from '../roi/levels.js';
import { type RoiMaps, roiAlign, roiMaps } from '../roi/roi-align.js';
import type { MaskRcnn, RoiFeatures } from './mask-rcnn.js';

/** The maps of a batch that the RPN looks at: P2 to P6, or C4. */
export function featureMaps<T>(network: MaskRcnn, ops: Ops<T>, images: T): T[] {
  return ops.part('features', () => network.neck(ops, network.backbone(ops, images)));
}

/** Those of the maps that RoIs are pooled from: P2 to P5, or C4. */
export function pooledMaps({ roiLevels }: MaskRcnn, ops: TensorOps, maps: readonly Tensor[]): RoiMaps {
  return roiMaps(ops.tape, maps.slice(0, roiLevels.count), roiLevels.stride);
}

/**
 * What a head sees of RoIs.
 *
 * @param rois in level order (see `levelOrder`)
 */
export function roiFeatures(
  { roiSize, forward }: RoiFeatures,
  ops: TensorOps,
  maps: RoiMaps,
  rois: Rois,
): Tensor {
  return forward(ops, roiAlign(ops.tape, maps, rois, roiSize));
}

/** The features of some of the RoIs, in the order of `indices`. */
export function selectRoiFeatures(ops: TensorOps, features: Tensor, indices: Int32Array): Tensor {
  const [count, h, w, c] = features.shape;
  const rows = gatherRows(ops.tape, reshape(ops.tape, features, [count, h * w * c]), indices);
  return reshape(ops.tape, rows, [indices.length, h, w, c]);
}

/** So many values RoIAlign may sample at once: 256 MB. */
const largestCrop = 2 ** 26;

/**
 * Runs a head on RoIs, so many at a time that memory stays bounded.
 *
 * @param rois at least one, in level order
 * @param head the head's outputs for the features of the RoIs from index `first` on, a row each
 * @returns each output for all RoIs
 */
export function overRois(
  features: RoiFeatures,
  ops: TensorOps,
  maps: RoiMaps,
  { boxes, images }: Rois,
  head: (features: Tensor, first: number) => readonly Tensor[],
): Tensor[] {
  const [, , , channels] = maps.levels[0].map.shape;
  const atOnce = Math.max(1, Math.floor(largestCrop / ((2 * features.roiSize) ** 2 * channels)));
  const outputs: (readonly Tensor[])[] = [];
  for (let first = 0; first < images.length; first += atOnce) {
    const end = first + atOnce;
    const some = { boxes: boxes.subarray(4 * first, 4 * end), images: images.subarray(first, end) };
    outputs.push(ops.part('RoIs', () => head(roiFeatures(features, ops, maps, some), first)));
  }
  return outputs[0].map((_, i) =>
    concatenateRows(
      ops.tape,
      outputs.map((ofSome) => ofSome[i]),
    ),
  );
}
