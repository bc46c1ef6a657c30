import { z } from 'zod';
import { backboneNames } from '../backbone-names.js';
import { count, fraction, positive } from './values.js';

const backbone = z.strictObject({
  /** A network that comes with the project, or one that a program has registered. */
  name: z
    .string()
    .refine((name) => backboneNames().includes(name), {
      error: () => `must be one of ${backboneNames().join(', ')}`,
    })
    .default('attonet-a'),
  /**
   * `batch`: statistics of the batch in training, running statistics in evaluation. `affine`: running statistics always,
   * scale and shift trained. `frozen`: nothing trained (torchvision's choice for pretrained backbones).
   */
  norm: z.enum(['batch', 'affine', 'frozen']).default('batch'),
  /** Epsilon added to the variance; torchvision's published detectors use 0. */
  normEpsilon: z.number().min(0).default(1e-5),
  /** Weight of a new batch in the running statistics. */
  normMomentum: fraction.default(0.1),
  /** Number of stages that are trained, counted from the deepest; 5 is all. */
  trainableStages: z.int().min(0).max(5).default(5),
  /** Weights file that the backbone starts from. */
  weights: z.string().optional(),
});

const fpn = z.strictObject({ channels: count.default(256) });

const topK = (train: number, test: number) =>
  z.strictObject({ train: count.default(train), test: count.default(test) }).prefault({});

const rpnKeys = {
  /** Height divided by width, one for each anchor of a size. */
  aspectRatios: z.array(positive).min(1).default([0.5, 1, 2]),
  foregroundIou: fraction.default(0.7),
  backgroundIou: fraction.default(0.3),
  /** Number of anchors that are sampled per image for the losses. */
  batchSizePerImage: count.default(256),
  foregroundFraction: fraction.default(0.5),
  /** Maximum number of proposals per image after non-maximum suppression. */
  postNmsTopK: topK(2000, 1000),
  nmsThreshold: fraction.default(0.7),
};

const boxKeys = {
  foregroundIou: fraction.default(0.5),
  backgroundIou: fraction.default(0.5),
  /** Number of RoIs that are sampled per image for the losses. */
  batchSizePerImage: count.default(512),
  foregroundFraction: fraction.default(0.25),
  scoreThreshold: fraction.default(0.05),
  nmsThreshold: fraction.default(0.5),
  detectionsPerImage: count.default(100),
};

const modelKeys = {
  /** Weights file of a whole detector that training starts from. */
  weights: z.string().optional(),
  backbone: backbone.prefault({}),
};

/** RPN and heads on a feature pyramid, P2 to P6 (Lin et al. 2017). */
const fpnModel = z.strictObject({
  architecture: z.literal('fpn').default('fpn'),
  ...modelKeys,
  /**
   * Kind of the 3×3 convolutions of the FPN, the RPN and the mask head. `separable`: a depthwise and a pointwise
   * convolution each, with about a ninth of the parameters and multiply-adds.
   */
  headConvolution: z.enum(['standard', 'separable']).default('standard'),
  fpn: fpn.prefault({}),
  rpn: z
    .strictObject({
      /** Side of the anchors on each level, P2 to P6, in pixels of the network's input. */
      anchorSizes: z.array(positive).length(5).default([32, 64, 128, 256, 512]),
      /** Maximum number of proposals per level before non-maximum suppression. */
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
      /** Channels of the convolutions and of the transposed convolution. */
      channels: count.default(256),
      /** Number of 3×3 convolutions. */
      layers: count.default(4),
      /** Side of the pooled features; the predicted masks are twice as large. */
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
      /** Maximum number of proposals per image before non-maximum suppression. */
      preNmsTopK: topK(12_000, 6000),
      ...rpnKeys,
    })
    .prefault({}),
  box: z
    .strictObject({
      /** Side of the features pooled for boxes and masks alike; C5 halves it, and the predicted masks are as large again. */
      roiSize: z.int().min(2).default(14),
      ...boxKeys,
    })
    .prefault({}),
  /** Channels of the transposed convolution. */
  mask: z.strictObject({ channels: count.default(256) }).prefault({}),
});

/** A detector. */
export const detectorModel = z.discriminatedUnion('architecture', [fpnModel, c4Model], {
  error: 'must be fpn or c4',
});

/** A classifier (Section 4.1). */
export const classifierModel = z.strictObject({
  /** Weights file of a whole classifier that training starts from. */
  weights: z.string().optional(),
  backbone: backbone.prefault({}),
  /** Width of the dense layer; the number of classes by default. Outputs beyond the classes are never a target. */
  outputs: count.optional(),
});
