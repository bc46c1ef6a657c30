import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../engine/tf.js';
import { type Boxes, encodeBoxes, selectBoxes } from '../geometry/boxes.js';
import type { ImageSize } from '../geometry/image-size.js';
import { matchBoxes } from '../geometry/matching.js';
import { boxLosses } from '../heads/box-losses.js';
import { maskLoss } from '../heads/mask-losses.js';
import { type BitmapMask, maskTarget } from '../heads/mask-targets.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import { levelOrder, type Rois, selectRois } from '../roi/levels.js';
import type { RoiMaps } from '../roi/roi-align.js';
import { type RoiSample, sampleRois, type Truth } from '../roi/sampling.js';
import { type RpnSample, rpnLosses } from '../rpn/losses.js';
import { rpnCoderWeights } from '../rpn/proposals.js';
import type { Sampler } from '../rpn/sampling.js';
import { featureMaps, pooledMaps, roiFeatures, selectRoiFeatures } from './features.js';
import type { MaskRcnn } from './mask-rcnn.js';
import { mapAnchors, propose } from './proposals.js';
import { type ImageBatch, type Pixels, scaleBoxes, scaleFactors, transformImages } from './transform.js';

/** The names of Mask R-CNN's five losses. */
export const lossNames = ['rpnObjectness', 'rpnBox', 'classifier', 'box', 'mask'] as const;
export type LossName = (typeof lossNames)[number];

/** Scalars; their sum is what training minimizes. */
export type Losses = Readonly<Record<LossName, Tensor>>;

/** An image with what there is to find in it. */
export interface TrainingExample {
  readonly image: Pixels;
  readonly objects: readonly TrainingObject[];
  /** `[I · 4]`: objects that are examples of nothing, in pixels of the image. */
  readonly ignored: Boxes;
}

export interface TrainingObject {
  /** In pixels of the image. */
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number];
  /** Index of the class, from 0. */
  readonly label: number;
  readonly mask: BitmapMask;
}

/** The two random choices of a training step, among the anchors and among the proposals of image `i`. */
export interface Samplers {
  anchors(i: number): Sampler;
  rois(i: number): Sampler;
  /** Proposals to choose among instead of the RPN's; a comparison with another implementation gives its own. */
  proposals?(i: number): Boxes;
}

/** The losses of one batch, recorded on the tape of `ops`. */
export function trainingLosses(
  network: MaskRcnn,
  ops: TensorOps,
  examples: readonly TrainingExample[],
  input: { readonly shorterSide: number; readonly longerSide: number },
  samplers: Samplers,
): Losses {
  const { settings } = network;
  const batch = transformImages(
    examples.map((example) => example.image),
    input,
  );
  const truths = examples.map((example, i) => truthInBatch(example, batch.sizes[i]));

  const maps = featureMaps(network, ops, batch.images);
  const anchors = mapAnchors(network, maps, batch);
  const rpn = rpnLosses(
    ops,
    network.rpn,
    maps,
    sampleAnchors(anchors, truths, settings.rpn, samplers.anchors),
  );

  const proposals = propose(network, ops.withoutTape(), maps, anchors, batch, {
    preNmsTopK: settings.rpn.preNmsTopK.train,
    postNmsTopK: settings.rpn.postNmsTopK.train,
    nmsThreshold: settings.rpn.nmsThreshold,
  });
  const samples = proposals.map((boxes, i) =>
    sampleRois(samplers.proposals?.(i) ?? boxes, truths[i], settings.box, samplers.rois(i)),
  );
  const heads = headLosses(network, ops, pooledMaps(network, ops, maps), samples, examples, batch);
  return { rpnObjectness: rpn.objectness, rpnBox: rpn.box, ...heads };
}

function truthInBatch({ image, objects, ignored }: TrainingExample, size: ImageSize): Truth {
  const factors = scaleFactors(image, size);
  return {
    boxes: scaleBoxes(Float32Array.from(objects.flatMap(({ box }) => [...box])), factors),
    labels: Int32Array.from(objects, ({ label }) => label),
    ignored: scaleBoxes(ignored, factors),
  };
}

/** Chooses the anchors that the RPN's losses look at, in each image by itself. */
export function sampleAnchors(
  anchors: readonly Boxes[],
  truths: readonly Truth[],
  settings: {
    readonly foregroundIou: number;
    readonly backgroundIou: number;
    readonly batchSizePerImage: number;
    readonly foregroundFraction: number;
  },
  sampler: (image: number) => Sampler,
): RpnSample {
  const starts = [0];
  for (const level of anchors) starts.push(starts[starts.length - 1] + level.length / 4);
  const all = new Float32Array(4 * starts[anchors.length]);
  for (const [level, boxes] of anchors.entries()) all.set(boxes, 4 * starts[level]);
  const levelOf = (anchor: number): number => starts.findLastIndex((start) => start <= anchor);

  const positives = anchors.map((): number[] => []);
  const negatives = anchors.map((): number[] => []);
  const targets = anchors.map((): number[] => []);
  for (const [image, truth] of truths.entries()) {
    const rule = { ...settings, lowQualityMatches: true };
    const matches = matchBoxes(truth.boxes, all, rule, truth.ignored);
    const sample = sampler(image)(matches, settings.batchSizePerImage, settings.foregroundFraction);
    const offsets = encodeBoxes(
      selectBoxes(all, sample.positives),
      selectBoxes(
        truth.boxes,
        sample.positives.map((anchor) => matches[anchor]),
      ),
      rpnCoderWeights,
    );
    const inBatch = (anchor: number, level: number): number =>
      image * (starts[level + 1] - starts[level]) + anchor - starts[level];
    for (const [i, anchor] of sample.positives.entries()) {
      const level = levelOf(anchor);
      positives[level].push(inBatch(anchor, level));
      targets[level].push(...offsets.subarray(4 * i, 4 * i + 4));
    }
    for (const anchor of sample.negatives) {
      const level = levelOf(anchor);
      negatives[level].push(inBatch(anchor, level));
    }
  }
  return {
    anchors: positives.map((ofLevel, level) => Int32Array.from([...ofLevel, ...negatives[level]])),
    positives: positives.map((ofLevel) => ofLevel.length),
    targetOffsets: Float32Array.from(targets.flat()),
  };
}

/** The RoIs of a batch that the heads' losses look at, in the order in which they are pooled. */
interface SampledRois extends Rois {
  /** `[R]`: class from 1, or 0 for background. */
  readonly labels: Int32Array;
  /** Which of them aren't background. */
  readonly positives: Int32Array;
  /** `[positives]`: the truth object of each, as an index into its image's objects. */
  readonly objects: Int32Array;
  /** `[positives · 4]` */
  readonly targetOffsets: Float32Array;
}

function sampledRois(samples: readonly RoiSample[], { levels }: RoiMaps): SampledRois {
  const places = samples.flatMap((sample, image) =>
    Array.from(sample.labels, (label, place) => ({ sample, image, label, place })),
  );
  const all = {
    boxes: Float32Array.from(samples.flatMap(({ boxes }) => [...boxes])),
    images: Int32Array.from(places, ({ image }) => image),
  };
  const order = levelOrder(all.boxes, levels.length);
  const inOrder = Array.from(order, (i) => places[i]);
  const positives = [...inOrder.keys()].filter((roi) => inOrder[roi].label > 0);
  return {
    ...selectRois(all, order),
    labels: Int32Array.from(inOrder, ({ label }) => label),
    positives: Int32Array.from(positives),
    objects: Int32Array.from(positives, (roi) => inOrder[roi].sample.objects[inOrder[roi].place]),
    targetOffsets: Float32Array.from(
      positives.flatMap((roi) => {
        const { sample, place } = inOrder[roi];
        return [...sample.targetOffsets.subarray(4 * place, 4 * place + 4)];
      }),
    ),
  };
}

function headLosses(
  network: MaskRcnn,
  ops: TensorOps,
  maps: RoiMaps,
  samples: readonly RoiSample[],
  examples: readonly TrainingExample[],
  batch: ImageBatch,
): Pick<Losses, 'classifier' | 'box' | 'mask'> {
  const rois = sampledRois(samples, maps);
  const { labels, positives, targetOffsets } = rois;
  if (labels.length === 0) return { classifier: tf.scalar(0), box: tf.scalar(0), mask: tf.scalar(0) };
  const features = roiFeatures(network.boxFeatures, ops, maps, rois);
  const prediction = network.box.forward(ops, features);
  return {
    ...boxLosses(ops.tape, prediction, labels, positives, targetOffsets),
    mask: maskHeadLoss(network, ops, maps, rois, features, examples, batch),
  };
}

/** @param features what the box head saw of all RoIs */
function maskHeadLoss(
  network: MaskRcnn,
  ops: TensorOps,
  maps: RoiMaps,
  rois: SampledRois,
  features: Tensor,
  examples: readonly TrainingExample[],
  { sizes }: ImageBatch,
): Tensor {
  const { positives, objects } = rois;
  if (positives.length === 0) return tf.scalar(0);
  const { boxes, images } = selectRois(rois, positives);
  const ofPositives =
    network.maskFeatures === network.boxFeatures
      ? selectRoiFeatures(ops, features, positives)
      : roiFeatures(network.maskFeatures, ops, maps, { boxes, images });
  const logits = network.mask.forward(ops, ofPositives);
  const [, size] = logits.shape;
  const targets = new Float32Array(positives.length * size * size);
  for (const [i, object] of objects.entries()) {
    const { mask } = examples[images[i]].objects[object];
    maskTarget(mask, sizes[images[i]], boxes, i, size, targets, i * size * size);
  }
  const labels = positives.map((roi) => rois.labels[roi]);
  return maskLoss(ops.tape, logits, labels, targets);
}
