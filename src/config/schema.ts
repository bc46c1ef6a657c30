import { z } from 'zod';
import { backboneNames } from './backbone-names.js';
import { vocClasses } from './voc-classes.js';

/**
 * The whole of what a run depends on, parsed once. Every key has its default here; a config file says only what
 * differs. Lengths are pixels of the network's input unless said otherwise.
 */

const fraction = z.number().min(0).max(1);
const positive = z.number().positive();
const count = z.int().positive();
const seed = z.int().min(0).max(0x7fffffff);

const backbone = z.strictObject({
  name: z.enum(backboneNames).default('attonet-a'),
  /**
   * `batch`: statistics of the batch while training, running ones afterwards. `affine`: running statistics always,
   * scale and shift trained. `frozen`: nothing of the norm trained (torchvision's choice for pretrained backbones).
   */
  norm: z.enum(['batch', 'affine', 'frozen']).default('batch'),
  /** Added to the variance; torchvision's published detectors use 0. */
  normEpsilon: z.number().min(0).default(1e-5),
  /** Share of the new batch in the running statistics. */
  normMomentum: fraction.default(0.1),
  /** How many of the five stages train, counted from the deepest; 5 is all. */
  trainableStages: z.int().min(0).max(5).default(5),
  /** Weights file to start the backbone from. */
  weights: z.string().optional(),
});

const fpn = z.strictObject({ channels: count.default(256) });

const topK = (train: number, test: number) =>
  z.strictObject({ train: count.default(train), test: count.default(test) }).prefault({});

const rpnKeys = {
  /** height / width */
  aspectRatios: z.array(positive).min(1).default([0.5, 1, 2]),
  positiveIou: fraction.default(0.7),
  negativeIou: fraction.default(0.3),
  /** Anchors an image that the losses look at. */
  batchSize: count.default(256),
  positiveFraction: fraction.default(0.5),
  /** Proposals an image kept after non-maximum suppression. */
  postNmsTopK: topK(2000, 1000),
  nmsThreshold: fraction.default(0.7),
};

const boxKeys = {
  positiveIou: fraction.default(0.5),
  negativeIou: fraction.default(0.5),
  /** RoIs an image that the losses look at. */
  batchSize: count.default(512),
  positiveFraction: fraction.default(0.25),
  scoreThreshold: fraction.default(0.05),
  nmsThreshold: fraction.default(0.5),
  detectionsPerImage: count.default(100),
};

const modelKeys = {
  /** Weights file of a whole detector to start from. */
  weights: z.string().optional(),
  backbone: backbone.prefault({}),
};

/** RPN and heads on a feature pyramid, P2 to P6 (Lin et al. 2017). */
const fpnModel = z.strictObject({
  architecture: z.literal('fpn').default('fpn'),
  ...modelKeys,
  fpn: fpn.prefault({}),
  rpn: z
    .strictObject({
      /** Side of the anchors of each level, P2 to P6. */
      anchorSizes: z.array(positive).length(5).default([32, 64, 128, 256, 512]),
      /** Proposals a level kept before non-maximum suppression. */
      preNmsTopK: topK(2000, 1000),
      ...rpnKeys,
    })
    .prefault({}),
  box: z
    .strictObject({
      /** Width of the two fully connected layers. */
      representation: count.default(1024),
      roiSize: count.default(7),
      ...boxKeys,
    })
    .prefault({}),
  mask: z
    .strictObject({
      /** Channels of the convolutions and of the deconvolution. */
      channels: count.default(256),
      /** Number of 3×3 convolutions. */
      layers: count.default(4),
      /** The predicted masks are twice as large. */
      roiSize: count.default(14),
    })
    .prefault({}),
});

/** RPN and RoIAlign on C4; the backbone's last stage, C5, is the head that boxes and masks share (He et al. 2017). */
const c4Model = z.strictObject({
  architecture: z.literal('c4'),
  ...modelKeys,
  rpn: z
    .strictObject({
      /** Sides of the anchors at each location. */
      anchorSizes: z.array(positive).min(1).default([32, 64, 128, 256, 512]),
      /** Proposals an image kept before non-maximum suppression. */
      preNmsTopK: topK(12_000, 6000),
      ...rpnKeys,
    })
    .prefault({}),
  box: z
    .strictObject({
      /** What is pooled for boxes and masks alike; C5 halves it, and the predicted masks are as large again. */
      roiSize: z.int().min(2).default(14),
      ...boxKeys,
    })
    .prefault({}),
  /** Channels of the deconvolution. */
  mask: z.strictObject({ channels: count.default(256) }).prefault({}),
});

const model = z.discriminatedUnion('architecture', [fpnModel, c4Model], {
  error: 'must be fpn or c4',
});

const input = z
  .strictObject({
    /** An image is scaled until its shorter side has this length … */
    shorterSide: count.default(800),
    /** … or, where that is smaller, its longer side this one. Without it, 5/3 of the shorter side. */
    longerSide: count.optional(),
    /** Shorter sides that training draws from; `longerSide` holds for each. */
    multiScale: z.array(count).min(1).optional(),
    /** Share of the training images that are mirrored. */
    horizontalFlip: fraction.default(0.5),
  })
  .transform(({ longerSide, ...rest }) => ({
    ...rest,
    longerSide:
      longerSide ?? Math.floor((Math.max(rest.shorterSide, ...(rest.multiScale ?? [])) * 1333) / 800),
  }));

const classList = z
  .array(z.string().min(1))
  .min(1)
  .refine((names) => new Set(names).size === names.length, 'a class is named twice');

const vocData = z.strictObject({
  format: z.literal('voc'),
  /** The folder that holds VOC2012. */
  root: z.string(),
  year: z.int().default(2012),
  /** Names of lists in ImageSets/Segmentation. */
  train: z.string().default('train'),
  val: z.string().default('val'),
  /** What is learnt; objects of other classes are ignored. */
  classes: classList.default([...vocClasses]),
  /** What the indices of the class masks mean, from 1; needed only where an object has no name in an XML file. */
  maskClasses: classList.default([...vocClasses]),
});

const cocoData = z.strictObject({
  format: z.literal('coco'),
  /** The folder that the other paths start from, unless they are absolute. */
  root: z.string(),
  /** Annotation files. */
  train: z.string().default('annotations/instances_train2017.json'),
  val: z.string().default('annotations/instances_val2017.json'),
  /** Folders that the images' `file_name` starts from. */
  imagesTrain: z.string().default('train2017'),
  imagesVal: z.string().default('val2017'),
  /** What is learnt, by name; objects of others are ignored. All categories of the training file by default. */
  classes: classList.optional(),
});

const sbdData = z.strictObject({
  format: z.literal('sbd'),
  /** The folder that holds `dataset` with img and inst. */
  root: z.string(),
  /** Names of lists beside img. */
  train: z.string().default('train'),
  val: z.string().default('val'),
  /** What is learnt; objects of other classes are ignored. */
  classes: classList.default([...vocClasses]),
});

const shapesData = z
  .strictObject({
    format: z.literal('shapes'),
    /** Where the images are generated, in the layout of VOC, unless they are there already. */
    root: z.string(),
    /** Which images are generated; the `seed` of the run doesn't change them, so that runs can be compared. */
    seed: seed.default(1),
    trainImages: count.default(400),
    valImages: count.default(50),
    /** Images have sides between these. */
    minSide: z.int().min(32).default(96),
    maxSide: z.int().min(32).default(160),
  })
  .refine(({ minSide, maxSide }) => minSide <= maxSide, {
    path: ['maxSide'],
    message: 'must not be less than minSide',
  });

const data = z.discriminatedUnion('format', [vocData, cocoData, sbdData, shapesData]);

const training = z.strictObject({
  /** Optimiser steps. */
  steps: count,
  /** Images a forward pass. */
  batchSize: count.default(2),
  /** Forward passes a step. */
  accumulate: count.default(1),
  learningRate: positive,
  momentum: fraction.default(0.9),
  weightDecay: z.number().min(0).default(1e-4),
  /** Whether weight decay also holds for biases and norms, as in torchvision's recipe. */
  decayBiasesAndNorms: z.boolean().default(true),
  /** The learning rate grows linearly from `factor` of its value over so many steps. */
  warmup: z.strictObject({ steps: z.int().min(0).default(0), factor: fraction.default(0.001) }).prefault({}),
  schedule: z
    .discriminatedUnion('kind', [
      /** Multiplied by `gamma` at each milestone. */
      z.strictObject({
        kind: z.literal('multi-step'),
        milestones: z.array(count),
        gamma: fraction.default(0.1),
      }),
      /** Falls to 0 along half a cosine. */
      z.strictObject({ kind: z.literal('cosine') }),
      z.strictObject({ kind: z.literal('constant') }),
    ])
    .default({ kind: 'constant' }),
  /** Gradients are scaled down to this global norm. */
  clipNorm: positive.optional(),
  /**
   * Whether the backward pass computes the activations inside of the backbone's blocks again instead of keeping them: less
   * memory, more time, the same result but for rounding.
   */
  recompute: z.boolean().default(false),
  /** Steps between checkpoints. */
  checkpointEvery: count.default(1000),
  /** Steps between evaluations on the validation split; none by default. */
  validateEvery: count.optional(),
});

export const configSchema = z.strictObject({
  task: z.literal('instance-segmentation').default('instance-segmentation'),
  seed: seed.default(1),
  /** `bf16` lets convolutions and matrix products round their inputs to bfloat16 where the processor has it. */
  precision: z.enum(['float32', 'bf16']).default('float32'),
  /** Threads of the engine; all cores by default. */
  threads: count.optional(),
  /** Threads that read and augment images while the engine computes; with 0 the two take turns. */
  dataWorkers: z.int().min(0).default(1),
  model: model.prefault({}),
  input: input.prefault({}),
  data,
  training,
});

/** A resolved config: every key has its value. */
export type Config = z.output<typeof configSchema>;
/** What a config file says. */
export type ConfigInput = z.input<typeof configSchema>;

export type ModelConfig = Config['model'];
export type BackboneConfig = ModelConfig['backbone'];
export type FpnModelConfig = Extract<ModelConfig, { architecture: 'fpn' }>;
export type C4ModelConfig = Extract<ModelConfig, { architecture: 'c4' }>;
export type InputConfig = Config['input'];
export type DataConfig = Config['data'];
export type VocDataConfig = Extract<DataConfig, { format: 'voc' }>;
export type CocoDataConfig = Extract<DataConfig, { format: 'coco' }>;
export type SbdDataConfig = Extract<DataConfig, { format: 'sbd' }>;
export type ShapesDataConfig = Extract<DataConfig, { format: 'shapes' }>;
export type TrainingConfig = Config['training'];
export type ScheduleConfig = TrainingConfig['schedule'];
