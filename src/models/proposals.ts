import type { Tensor } from '@tensorflow/tfjs-core';
import type { Boxes } from '../geometry/boxes.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import { levelAnchors } from '../rpn/anchors.js';
import { type LevelPredictions, type ProposalSettings, selectProposals } from '../rpn/proposals.js';
import type { MaskRcnn } from './mask-rcnn.js';
import type { ImageBatch } from './transform.js';

/** The anchors of a batch, map by map; the same for each of its images. */
export function mapAnchors(
  { anchorSizes, settings }: MaskRcnn,
  maps: readonly Tensor[],
  { padded }: ImageBatch,
): Boxes[] {
  return maps.map((map, level) => {
    const [, height, width] = map.shape;
    return levelAnchors(anchorSizes[level], settings.rpn.aspectRatios, { height, width }, padded);
  });
}

/**
 * Each image's proposals. No gradient flows through them: `ops` has no tape.
 *
 * @returns boxes in pixels of the network's input
 */
export function propose(
  network: MaskRcnn,
  ops: TensorOps,
  maps: readonly Tensor[],
  anchors: readonly Boxes[],
  { sizes }: ImageBatch,
  settings: ProposalSettings,
): Boxes[] {
  const predictions = maps.map((map) => {
    const { objectness, offsets } = network.rpn.forward(ops, map);
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
