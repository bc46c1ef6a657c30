import type { Tensor } from '@tensorflow/tfjs-core';
import type { Ops } from '../nn/ops.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import { type RoiMaps, type Rois, roiAlign } from './roi-align.js';

/** Way of a RoI from the maps to a head. */
export interface RoiFeatures {
  /** S of the `[R, S, S, C]` that RoIAlign pools. */
  readonly roiSize: number;
  /** Turns what RoIAlign pooled into the head's input. */
  forward<T>(ops: Ops<T>, pooled: T): T;
}

/** Maps of one pass, and how a head's features are made of them. */
export interface RoiSource {
  readonly ops: TensorOps;
  readonly maps: RoiMaps;
  readonly features: RoiFeatures;
}

/**
 * Computes the features of RoIs that a head sees.
 *
 * @param rois in level order (see `levelOrder`)
 */
export function roiFeatures({ ops, maps, features }: RoiSource, rois: Rois): Tensor {
  return features.forward(ops, roiAlign(ops.tape, maps, rois, features.roiSize));
}

/** Selects the features of some of the RoIs, in the order of `indices`. */
export function selectRoiFeatures(ops: TensorOps, features: Tensor, indices: Int32Array): Tensor {
  const [count, h, w, c] = features.shape;
  const rows = ops.gatherRows(ops.reshape(features, [count, h * w * c]), indices);
  return ops.reshape(rows, [indices.length, h, w, c]);
}

/** Largest number of values that RoIAlign samples at once: 256 MB. */
const largestCrop = 2 ** 26;

/**
 * Runs a head on RoIs, in turns of as many RoIs as keep memory bounded.
 *
 * @param rois at least one, in level order
 * @param head the head's outputs for the features of the RoIs from index `first` on, a row each
 * @returns each output for all RoIs
 */
export function overRois(
  source: RoiSource,
  { boxes, images }: Rois,
  head: (features: Tensor, first: number) => readonly Tensor[],
): Tensor[] {
  const { ops, maps, features } = source;
  const [, , , channels] = maps.levels[0].map.shape;
  const atOnce = Math.max(1, Math.floor(largestCrop / ((2 * features.roiSize) ** 2 * channels)));
  const outputs: (readonly Tensor[])[] = [];
  for (let first = 0; first < images.length; first += atOnce) {
    const end = first + atOnce;
    const some = { boxes: boxes.subarray(4 * first, 4 * end), images: images.subarray(first, end) };
    outputs.push(ops.part('RoIs', () => head(roiFeatures(source, some), first)));
  }
  return outputs[0].map((_, i) => ops.concatenateRows(outputs.map((ofSome) => ofSome[i])));
}
