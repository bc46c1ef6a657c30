import type { Tensor } from '@tensorflow/tfjs-core';
import { type Box, type Boxes, boxAt } from '../geometry/boxes.js';
import type { ImageSize } from '../geometry/image-size.js';
import type { GroundTruthBoxes, Sampler } from '../geometry/matching.js';
import type { RunLengthMask } from '../geometry/run-length-mask.js';
import { boxLosses } from '../heads/box-head.js';
import { maskLoss } from '../heads/mask-head.js';
import { type MaskRoi, maskTargets } from '../heads/mask-targets.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import { roiFeatures, selectRoiFeatures } from '../roi/features.js';
import { type RoiMaps, roiMaps, selectRois } from '../roi/roi-align.js';
import { type SampledRois, sampleRois } from '../roi/sampling.js';
import { rpnLosses } from '../rpn/losses.js';
import { proposeRegions, rpnInput } from '../rpn/proposals.js';
import { featureMaps, type MaskRcnn } from './mask-rcnn.js';
import { type Pixels, scaleBoxes, scaleFactors, transformImages } from './transform.js';

/** Names of Mask R-CNN's five losses. */
export const lossNames = ['rpnObjectness', 'rpnBox', 'classifier', 'box', 'mask'] as const;
type LossName = (typeof lossNames)[number];

/** Scalars whose sum training minimizes. */
export type Losses = Readonly<Record<LossName, Tensor>>;

/** An image with the objects in it. */
export interface TrainingExample {
  readonly image: Pixels;
  readonly objects: readonly TrainingObject[];
  /** `[I · 4]`: objects that are examples of nothing, in pixels of the image. */
  readonly ignored: Boxes;
}

/** An object to learn from. */
interface TrainingObject {
  /** In pixels of the image. */
  readonly box: Box;
  /** Index of the class, from 0. */
  readonly label: number;
  /** As large as the image. */
  readonly mask: RunLengthMask;
}

/** Random choices of a training step, among the anchors and among the proposals of image `i`. */
export interface Samplers {
  anchors(i: number): Sampler;
  rois(i: number): Sampler;
  /** Proposals to choose among instead of the RPN's; a comparison with another implementation gives its own. */
  proposals?(i: number): Boxes;
}

/** Size of the network's input, and the random choices of one step. */
export interface TrainingInput {
  readonly shorterSide: number;
  readonly longerSide: number;
  readonly samplers: Samplers;
}

/** Computes the losses of one batch (He et al. 2017, Section 3), recorded on the tape of `ops`. */
export function trainingLosses(
  network: MaskRcnn,
  ops: TensorOps,
  examples: readonly TrainingExample[],
  { samplers, ...input }: TrainingInput,
): Losses {
  const { rpn, box } = network.settings;
  const batch = transformImages(
    examples.map((example) => example.image),
    input,
  );
  const groundTruth = examples.map((example, i) => groundTruthBoxes(example, batch.sizes[i]));

  const maps = featureMaps(network, ops, batch.images);
  const ofRpn = rpnInput(network.rpn, maps, batch);
  const { objectness, box: rpnBox } = rpnLosses(network.rpn, ops, ofRpn, {
    groundTruth,
    settings: rpn,
    sampler: (i) => samplers.anchors(i),
  });
  const proposals = proposeRegions(network.rpn, ops.withoutTape(), ofRpn, {
    preNmsTopK: rpn.preNmsTopK.train,
    postNmsTopK: rpn.postNmsTopK.train,
    nmsThreshold: rpn.nmsThreshold,
  });

  const { count, stride } = network.roiLevels;
  const rois = sampleRois(
    proposals.map((boxes, i) => samplers.proposals?.(i) ?? boxes),
    groundTruth,
    { settings: box, sampler: (i) => samplers.rois(i), levels: count },
  );
  const pooled = roiMaps(ops.tape, maps.slice(0, count), stride);
  const maskRois = Array.from(rois.foreground, (roi, i): MaskRoi => {
    const image = rois.images[roi];
    const { mask } = examples[image].objects[rois.objects[i]];
    return { box: boxAt(rois.boxes, roi), mask, input: batch.sizes[image] };
  });
  return { rpnObjectness: objectness, rpnBox, ...headLosses({ network, ops, maps: pooled }, rois, maskRois) };
}

function groundTruthBoxes({ image, objects, ignored }: TrainingExample, size: ImageSize): GroundTruthBoxes {
  const factors = scaleFactors(image, size);
  return {
    boxes: scaleBoxes(Float32Array.from(objects.flatMap(({ box }) => [...box])), factors),
    labels: Int32Array.from(objects, ({ label }) => label),
    ignored: scaleBoxes(ignored, factors),
  };
}

/**
 * Runs the two heads on the sampled RoIs.
 *
 * @param maskRois the RoIs that aren't background
 */
function headLosses(
  { network, ops, maps }: { readonly network: MaskRcnn; readonly ops: TensorOps; readonly maps: RoiMaps },
  rois: SampledRois,
  maskRois: readonly MaskRoi[],
): Pick<Losses, 'classifier' | 'box' | 'mask'> {
  const { labels, foreground } = rois;
  if (labels.length === 0) return { classifier: ops.zero(), box: ops.zero(), mask: ops.zero() };
  const features = roiFeatures({ ops, maps, features: network.boxFeatures }, rois);
  const losses = boxLosses(ops, network.box.forward(ops, features), rois);
  if (foreground.length === 0) return { ...losses, mask: ops.zero() };

  const maskFeatures =
    network.maskFeatures === network.boxFeatures
      ? selectRoiFeatures(ops, features, foreground)
      : roiFeatures({ ops, maps, features: network.maskFeatures }, selectRois(rois, foreground));
  const logits = network.mask.forward(ops, maskFeatures);
  const [, size] = logits.shape;
  const ofForeground = foreground.map((roi) => labels[roi]);
  return { ...losses, mask: maskLoss(ops, logits, ofForeground, maskTargets(maskRois, size)) };
}
