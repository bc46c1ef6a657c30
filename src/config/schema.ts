import { z } from 'zod';
import { classificationData, detectionData } from './schema/data.js';
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

/** Detection of objects with boxes and masks. */
export const detectionSchema = z.strictObject({
  task: z.literal('instance-segmentation').default('instance-segmentation'),
  ...runKeys,
  model: detectorModel.prefault({}),
  input: detectionInput.prefault({}),
  data: detectionData,
  training,
});

/** Classification of whole images. */
export const classificationSchema = z.strictObject({
  task: z.literal('classification'),
  ...runKeys,
  model: classifierModel.prefault({}),
  input: classificationInput.prefault({}),
  data: classificationData,
  training: classificationTraining,
});

export const configSchema = z.discriminatedUnion('task', [detectionSchema, classificationSchema], {
  error: 'must be instance-segmentation or classification',
});

/** A resolved config: every key has its value. */
export type Config = z.output<typeof configSchema>;
/** Content of a config file. */
export type ConfigInput = z.input<typeof configSchema>;

export type DetectionConfig = z.output<typeof detectionSchema>;
export type ClassificationConfig = z.output<typeof classificationSchema>;

export type ModelConfig = DetectionConfig['model'];
export type BackboneConfig = ModelConfig['backbone'];
export type FpnModelConfig = Extract<ModelConfig, { architecture: 'fpn' }>;
export type C4ModelConfig = Extract<ModelConfig, { architecture: 'c4' }>;
export type ClassifierModelConfig = ClassificationConfig['model'];
export type ClassificationInputConfig = ClassificationConfig['input'];
export type DataConfig = DetectionConfig['data'];
export type VocDataConfig = Extract<DataConfig, { format: 'voc' }>;
export type CocoDataConfig = Extract<DataConfig, { format: 'coco' }>;
export type SbdDataConfig = Extract<DataConfig, { format: 'sbd' }>;
export type ShapesDataConfig = Extract<DataConfig, { format: 'shapes' }>;
export type ClassificationDataConfig = ClassificationConfig['data'];
export type ImageFolderDataConfig = Extract<ClassificationDataConfig, { format: 'image-folder' }>;
/** Keys that the training of every task has. */
export type TrainingConfig = DetectionConfig['training'];
export type ClassificationTrainingConfig = ClassificationConfig['training'];
