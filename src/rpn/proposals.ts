import type { Tensor } from '@tensorflow/tfjs-core';
import { type Boxes, clipBoxes, decodeBoxes, largeBoxes, selectBoxes } from '../geometry/boxes.js';
import type { ImageSize } from '../geometry/image-size.js';
import { nonMaximumSuppression, topK } from '../geometry/score-selection.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import { makeAnchors } from './anchors.js';
import { type RpnHead, rpnCoderWeights } from './head.js';

/** A batch as the RPN sees it. */
export interface RpnInput {
  /** `[N, H, W, C]` of each map. */
  readonly maps: readonly Tensor[];
  /** `[H · W · A · 4]`: anchors of each map. */
  readonly anchors: readonly Boxes[];
  /** Size of each of the N images in the network's input, without padding. */
  readonly sizes: readonly ImageSize[];
}

/**
 * Lays anchors over the maps of a batch.
 *
 * @param maps `[N, H, W, C]`, the finest first
 * @param batch sizes of the images in the network's input, without padding and with it
 */
export function rpnInput(
  { anchors }: RpnHead,
  maps: readonly Tensor[],
  { sizes, padded }: { readonly sizes: readonly ImageSize[]; readonly padded: ImageSize },
): RpnInput {
  return { maps, anchors: makeAnchors(anchors, maps, padded), sizes };
}

/** Number of proposals, and how they are thinned out. */
export interface ProposalSettings {
  /** Largest number of proposals a map before non-maximum suppression. */
  readonly preNmsTopK: number;
  /** Largest number of proposals an image after it. */
  readonly postNmsTopK: number;
  /** IoU above which the worse of two proposals goes. */
  readonly nmsThreshold: number;
}

/**
 * Proposes the regions of each image that may hold an object (Ren et al. 2015). No gradient flows through them: `ops`
 * has no tape.
 *
 * @returns for each image `[P · 4]` in pixels of the network's input, by falling objectness
 */
export function proposeRegions(
  head: RpnHead,
  ops: TensorOps,
  { maps, anchors, sizes }: RpnInput,
  settings: ProposalSettings,
): Boxes[] {
  const predictions = maps.map((map) => {
    const { objectness, offsets } = head.forward(ops, map);
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

/** Predictions of the RPN for one image on one map, one row an anchor. */
export interface LevelPredictions {
  /** `[A]` logits. */
  readonly objectness: Float32Array;
  /** `[A · 4]` */
  readonly offsets: Float32Array;
  /** `[A · 4]` */
  readonly anchors: Boxes;
}

/** Shortest side of a proposal, in pixels. */
const smallestSide = 1e-3;

/**
 * Turns the RPN's predictions into an image's proposals: the best anchors of each map, moved, clipped to the image and
 * thinned out by non-maximum suppression on each map; then the best of all maps.
 *
 * @param image size of the image in the network's input, without padding
 * @returns `[P · 4]` in pixels of the network's input, by falling objectness
 */
export function selectProposals(
  levels: readonly LevelPredictions[],
  image: ImageSize,
  settings: ProposalSettings,
): Boxes {
  const kept = levels.map((level) => levelProposals(level, image, settings));
  const scores = concatenate(kept.map((level) => level.scores));
  const boxes = concatenate(kept.map((level) => level.boxes));
  return selectBoxes(boxes, topK(scores, settings.postNmsTopK));
}

function levelProposals(
  { objectness, offsets, anchors }: LevelPredictions,
  image: ImageSize,
  settings: ProposalSettings,
): { scores: Float32Array; boxes: Boxes } {
  const best = topK(objectness, settings.preNmsTopK);
  const moved = decodeBoxes(selectBoxes(anchors, best), selectBoxes(offsets, best), rpnCoderWeights);
  clipBoxes(moved, image);
  const large = largeBoxes(moved, smallestSide);
  const boxes = selectBoxes(moved, large);
  const scores = Float32Array.from(large, (i) => objectness[best[i]]);
  const stay = nonMaximumSuppression(boxes, scores, settings.nmsThreshold, settings.postNmsTopK);
  return { scores: Float32Array.from(stay, (i) => scores[i]), boxes: selectBoxes(boxes, stay) };
}

function concatenate(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((length, array) => length + array.length, 0));
  let position = 0;
  for (const array of arrays) {
    all.set(array, position);
    position += array.length;
  }
  return all;
}
