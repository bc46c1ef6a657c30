import type { ClassificationConfig, DetectionConfig } from '../config/schema.js';
import { classesOf } from '../datasets/formats.js';
import { type ImageSize, paddedSize } from '../geometry/image-size.js';
import type { MetricValue } from '../metrics/metric-value.js';
import { buildClassifier, type ClassifierNetwork } from '../models/classifier.js';
import { buildMaskRcnn, type MaskRcnn } from '../models/mask-rcnn.js';
import { type Complexity, ComplexityCounter, type Shape } from './counter.js';
import { netScore, type PublishedClassifier, publishedClassifiers, publishedSetting } from './net-score.js';

/** Rules of counting, in words. */
export const countingRules = {
  parameters:
    'weights, biases, and the scales and shifts of norms that are not frozen; shared ones once, in the first part',
  multiplyAdds:
    'convolutions and fully connected layers; not norms, activations, pooling, RoIAlign, upsampling and sums',
} as const;

/** Size of the image and numbers of RoIs that a network's multiply-adds are counted for. */
export interface CountOptions {
  /** Size of the network's input; by default the largest one that the config allows. */
  readonly size?: ImageSize | undefined;
  /** RoIs of the box head: 1000 by default. */
  readonly boxRois?: number;
  /** RoIs of the mask head: 100 by default. */
  readonly maskRois?: number;
}

/** Cost of a detector, and what it was counted for. */
export interface DetectorCount extends Complexity {
  readonly assumptions: {
    readonly images: number;
    /** Height and width of the network's input. */
    readonly inputSize: readonly number[];
    /** The same with the padding that the network adds. */
    readonly paddedSize: readonly number[];
    readonly boxRois: number;
    readonly maskRois: number;
    /** Number of classes, without background. */
    readonly classes: number;
    readonly counted: typeof countingRules;
  };
}

/** Cost of a classifier, and what it was counted for. */
export interface ClassifierCount extends ClassifierComplexity {
  readonly assumptions: {
    readonly images: number;
    /** Height and width of the network's input. */
    readonly inputSize: readonly number[];
    readonly outputs: number;
    readonly counted: typeof countingRules;
  };
}

/** Count of a detector under its name, as `atto summary --json` prints it. */
export interface DetectorSummary extends DetectorCount {
  readonly config: string;
  readonly task: DetectionConfig['task'];
}

/** Count of a classifier under its name, beside published and measured accuracy, as `atto summary --json` prints it. */
export interface ClassifierSummary extends ClassifierCount {
  readonly config: string;
  readonly task: ClassificationConfig['task'];
  /** Row of the paper's Table 2, where that is about the same input and number of outputs. */
  readonly published?: PublishedClassifier & {
    /** NetScore of the published top-1 and the counted complexity. */
    readonly netScoreOfCounts: MetricValue;
  };
  /** Accuracy that a run reached. */
  readonly measured?: MeasuredAccuracy & {
    /** NetScore of this top-1 and the counted complexity. */
    readonly netScore: MetricValue;
  };
}

/** Accuracy that a run's evaluation measured. */
export interface MeasuredAccuracy {
  /** Folder of the run. */
  readonly run: string;
  /** 0 to 1. */
  readonly top1: number;
}

/**
 * Counts the parameters and multiply-adds of a detector. The network's own forward pass runs on shapes: it takes neither
 * weights nor the engine.
 *
 * @throws UserError where only the data's files name the classes; `resolveClasses` reads them
 */
export function countDetector(
  { model, input, data }: DetectionConfig,
  {
    size = { height: input.shorterSide, width: input.longerSide },
    boxRois = 1000,
    maskRois = 100,
  }: CountOptions = {},
): DetectorCount {
  const padded = paddedSize(size);
  const classes = classesOf(data).length;
  return {
    ...maskRcnnComplexity(buildMaskRcnn(model, classes), { input: padded, boxRois, maskRois }),
    assumptions: {
      images: 1,
      inputSize: [size.height, size.width],
      paddedSize: [padded.height, padded.width],
      boxRois,
      maskRois,
      classes,
      counted: countingRules,
    },
  };
}

/** Counts the parameters and multiply-adds of a classifier; see {@link countDetector}. */
export function countClassifier(
  { model, input, data }: ClassificationConfig,
  { size = { height: input.size, width: input.size } }: CountOptions = {},
): ClassifierCount {
  const outputs = model.outputs ?? classesOf(data).length;
  return {
    ...classifierComplexity(buildClassifier(model.backbone, outputs), size),
    assumptions: { images: 1, inputSize: [size.height, size.width], outputs, counted: countingRules },
  };
}

/** Counts a detector and names it. */
export function summarizeDetector(
  name: string,
  config: DetectionConfig,
  options: CountOptions = {},
): DetectorSummary {
  return { config: name, task: config.task, ...countDetector(config, options) };
}

/**
 * Counts a classifier, names it, and adds the paper's values and NetScore.
 *
 * @param options `accuracy`: of a run of just this network on images of just this size
 */
export function summarizeClassifier(
  name: string,
  config: ClassificationConfig,
  { size, accuracy }: Pick<CountOptions, 'size'> & { readonly accuracy?: MeasuredAccuracy | undefined } = {},
): ClassifierSummary {
  const count = countClassifier(config, { size });
  const row = isPublished(count.assumptions)
    ? publishedClassifiers.get(config.model.backbone.name)
    : undefined;
  return {
    config: name,
    task: config.task,
    ...count,
    ...(row && { published: { ...row, netScoreOfCounts: netScore({ ...count, top1: row.top1 }) } }),
    ...(accuracy && {
      measured: { ...accuracy, netScore: netScore({ ...count, top1: accuracy.top1 }) },
    }),
  };
}

/** Whether Table 2 is about such networks. */
function isPublished({ outputs, inputSize }: ClassifierCount['assumptions']): boolean {
  return outputs === publishedSetting.outputs && inputSize.join() === publishedSetting.inputSize.join();
}

/** Sizes that a Mask R-CNN's multiply-adds depend on beside the network. */
interface DetectorRun {
  /** Size of one image, padded. */
  readonly input: ImageSize;
  readonly boxRois: number;
  readonly maskRois: number;
}

/** Parameters and multiply-adds of a Mask R-CNN for one image. */
export function maskRcnnComplexity(network: MaskRcnn, { input, boxRois, maskRois }: DetectorRun): Complexity {
  const { backbone, neck, rpn, boxFeatures, box, maskFeatures, mask } = network;
  const counter = new ComplexityCounter();
  const features = counter.count('backbone', (ops) => backbone(ops, [1, input.height, input.width, 3]));
  const maps = counter.count('FPN', (ops) => neck(ops, features));
  counter.count('RPN', (ops) => maps.map((map) => rpn.forward(ops, map)));
  const [[, , , channels]] = maps;
  const pooled = (rois: number, size: number): Shape => [rois, size, size, channels];
  counter.count('box head', (ops) =>
    box.forward(ops, boxFeatures.forward(ops, pooled(boxRois, boxFeatures.roiSize))),
  );
  counter.count('mask head', (ops) =>
    mask.forward(ops, maskFeatures.forward(ops, pooled(maskRois, maskFeatures.roiSize))),
  );
  return counter.complexity();
}

/** Cost of a classifier. */
interface ClassifierComplexity extends Complexity {
  /** Multiply-adds of the convolutions on shortcuts, which `multiplyAdds` includes. */
  readonly shortcutMultiplyAdds: number;
}

/** Parameters and multiply-adds of a classifier for one image. */
export function classifierComplexity(
  network: ClassifierNetwork,
  { height, width }: ImageSize,
): ClassifierComplexity {
  const counter = new ComplexityCounter();
  const features = counter.count('backbone', (ops) => network.features(ops, [1, height, width, 3]));
  counter.count('classifier', (ops) => network.classify(ops, features));
  return {
    ...counter.complexity(),
    shortcutMultiplyAdds: counter.multiplyAddsOf(({ name }) => /\b(shortcut|downsample)\./.test(name)),
  };
}
