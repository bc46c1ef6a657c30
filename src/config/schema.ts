import { z } from 'zod';
import {
  type ClassificationDataInput,
  classificationData,
  type DetectionDataInput,
  detectionData,
} from '../datasets/formats.js';
import { classificationInput, detectionInput } from './schema/input.js';
import { classifierModel, detectorModel } from './schema/model.js';
import { classificationTraining, training } from './schema/training.js';
import { count, seed } from './schema/values.js';

/**
 * Everything that a run depends on, parsed once. Every key has its default here; a config file states what differs.
 * Lengths are pixels of the network's input unless stated otherwise.
 */

const runKeys = {
  seed: seed.default(1),
  /** `bf16` lets matrix multiplications and convolutions round their inputs to bfloat16 where the processor has it. */
  precision: z.enum(['float32', 'bf16']).default('float32'),
  /** Threads of the engine; all cores by default. */
  threads: count.optional(),
  /** Threads that read and augment images while the engine computes; with 0 the two alternate. */
  dataWorkers: z.int().min(0).default(1),
};

const detectionKeys = {
  task: z.literal('instance-segmentation').default('instance-segmentation'),
  ...runKeys,
  model: detectorModel.prefault({}),
  input: detectionInput.prefault({}),
  training,
};

const classificationKeys = {
  task: z.literal('classification'),
  ...runKeys,
  model: classifierModel.prefault({}),
  input: classificationInput.prefault({}),
  training: classificationTraining,
};

/**
 * Schemas of the configs of each task: `detection` finds the objects in an image, `classification` says what it shows;
 * `any` takes both. They are made anew for each use, since programs may register data formats.
 */
export function configSchemas() {
  const detection = z.strictObject({ ...detectionKeys, data: detectionData() });
  const classification = z.strictObject({ ...classificationKeys, data: classificationData() });
  const any = z.discriminatedUnion('task', [detection, classification], {
    error: 'must be instance-segmentation or classification',
  });
  return { detection, classification, any };
}
type Schemas = ReturnType<typeof configSchemas>;

/** A resolved config: every key has its value. */
export type Config = z.output<Schemas['any']>;
/** Contents of a config file. */
export type ConfigInput =
  | (z.input<z.ZodObject<typeof detectionKeys>> & { readonly data: DetectionDataInput })
  | (z.input<z.ZodObject<typeof classificationKeys>> & { readonly data: ClassificationDataInput });

export type DetectionConfig = z.output<Schemas['detection']>;
export type ClassificationConfig = z.output<Schemas['classification']>;

export type ModelConfig = DetectionConfig['model'];
export type BackboneConfig = ModelConfig['backbone'];
export type FpnModelConfig = Extract<ModelConfig, { architecture: 'fpn' }>;
export type C4ModelConfig = Extract<ModelConfig, { architecture: 'c4' }>;
export type ClassifierModelConfig = ClassificationConfig['model'];
/** Keys that the training of every task has. */
export type TrainingConfig = DetectionConfig['training'];
