import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../engine/tf.js';
import { encodeBoxes } from '../geometry/box-coder.js';
import type { Boxes } from '../geometry/box-iou.js';
import { matchBoxes } from '../geometry/matching.js';
import type { ImageSize } from '../geometry/resize.js';
import { selectBoxes } from '../geometry/select-boxes.js';
import { boxLosses } from '../heads/box-losses.js';
import { maskLoss } from '../heads/mask-losses.js';
import { type BitmapMask, maskTarget } from '../heads/mask-targets.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import { levelOrder, type Rois, selectRois } from '../roi/levels.js';
import { roiAlign } from '../roi/roi-align.js';
import { type RoiSample, sampleRois, type Truth } from '../roi/sampling.js';
import { type RpnSample, rpnLosses } from '../rpn/losses.js';
import { rpnCoderWeights } from '../rpn/proposals.js';
import type { Sampler } from '../rpn/sampling.js';
import { type MaskRcnn, propose, pyramidAnchors, pyramidOf, roiLevels } from './mask-rcnn.js';
import { type ImageBatch, type Pixels, scaleBoxes, scaleFactors, transformImages } from './transform.js';

/** The names of Mask R-CNN's five losses. */
export const lossNames = ['rpnObjectness', 'rpnBox', 'classifier', 'box', 'mask'] as const;
export type LossName = (typeof lossNames)[number];

/** Scalars; their sum is what training minimises. */
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

  const pyramid = pyramidOf(network, ops, batch.images);
  const anchors = pyramidAnchors(network, pyramid, batch);
  const rpn = rpnLosses(
    ops,
    network.rpn,
    pyramid,
    sampleAnchors(anchors, truths, settings.rpn, samplers.anchors),
  );

  const proposals = propose(network, ops.withoutTape(), pyramid, anchors, batch, {
    preNmsTopK: settings.rpn.preNmsTopK.train,
    postNmsTopK: settings.rpn.postNmsTopK.train,
    nmsThreshold: settings.rpn.nmsThreshold,
  });
  const samples = proposals.map((boxes, i) => sampleRois(boxes, truths[i], settings.box, samplers.rois(i)));
  const levels = roiLevels(pyramid);
  const { classifier, box } = boxHeadLosses(network, ops, levels, samples);
  const mask = maskHeadLoss(network, ops, levels, samples, examples, batch);
  return { rpnObjectness: rpn.objectness, rpnBox: rpn.box, classifier, box, mask };
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
    readonly positiveIou: number;
    readonly negativeIou: number;
    readonly batchSize: number;
    readonly positiveFraction: number;
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
    const sample = sampler(image)(matches, settings.batchSize, settings.positiveFraction);
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

/** All images' RoIs one after the other, with the place of each in its image's sample. */
function batchRois(samples: readonly RoiSample[], count: (sample: RoiSample) => number) {
  const boxes: number[] = [];
  const images: number[] = [];
  const places: number[] = [];
  for (const [image, sample] of samples.entries()) {
    boxes.push(...sample.boxes.subarray(0, 4 * count(sample)));
    for (let place = 0; place < count(sample); place++) {
      images.push(image);
      places.push(place);
    }
  }
  return { boxes: Float32Array.from(boxes), images: Int32Array.from(images), places };
}

function boxHeadLosses(
  network: MaskRcnn,
  ops: TensorOps,
  levels: readonly Tensor[],
  samples: readonly RoiSample[],
): { classifier: Tensor; box: Tensor } {
  const all = batchRois(samples, ({ labels }) => labels.length);
  const order = levelOrder(all.boxes, levels.length);
  const rois: Rois = selectRois(all, order);
  const sampleOf = (i: number): RoiSample => samples[all.images[i]];
  const labels = order.map((i) => sampleOf(i).labels[all.places[i]]);
  const positives = Int32Array.from([...labels.keys()].filter((roi) => labels[roi] > 0));
  const targets = Array.from(positives, (roi) => {
    const i = order[roi];
    return [...sampleOf(i).targetOffsets.subarray(4 * all.places[i], 4 * all.places[i] + 4)];
  });
  const features = roiAlign(ops.tape, levels, rois, network.settings.box.roiSize);
  const prediction = network.box.forward(ops, features);
  return boxLosses(ops.tape, prediction, labels, positives, Float32Array.from(targets.flat()));
}

function maskHeadLoss(
  network: MaskRcnn,
  ops: TensorOps,
  levels: readonly Tensor[],
  samples: readonly RoiSample[],
  examples: readonly TrainingExample[],
  { sizes }: ImageBatch,
): Tensor {
  const all = batchRois(samples, ({ objects }) => objects.length);
  if (all.places.length === 0) return tf.scalar(0);
  const order = levelOrder(all.boxes, levels.length);
  const rois = selectRois(all, order);
  const size = 2 * network.settings.mask.roiSize;
  const targets = new Float32Array(order.length * size * size);
  const labels = new Int32Array(order.length);
  for (const [roi, i] of order.entries()) {
    const image = all.images[i];
    const object = examples[image].objects[samples[image].objects[all.places[i]]];
    labels[roi] = object.label + 1;
    maskTarget(object.mask, sizes[image], rois.boxes, roi, size, targets, roi * size * size);
  }
  const features = roiAlign(ops.tape, levels, rois, network.settings.mask.roiSize);
  return maskLoss(ops.tape, network.mask.forward(ops, features), labels, targets);
}
