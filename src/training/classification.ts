import { availableParallelism } from 'node:os';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ClassificationConfig } from '../config/schema.js';
import { describeUnreadable, findUnreadable, withoutUnreadable } from '../datasets/checks/unreadable.js';
import type { LabeledSplit } from '../datasets/dataset-format.js';
import { labeledTrainingLoader } from '../datasets/loading/labeled-loader.js';
import { samplesAhead } from '../datasets/loading/read-ahead.js';
import type { LabeledImage } from '../datasets/sample.js';
import { softmaxCrossEntropy } from '../engine/ops/losses.js';
import { UserError } from '../errors.js';
import { trainingLogits } from '../models/classification.js';
import { type ClassifierNetwork, configuredClassifier } from '../models/classifier.js';
import { normalizeImages } from '../models/transform.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import { randomStream } from '../random.js';
import { type ClassifierEvaluation, evaluateClassifier } from './evaluate-classifier.js';
import type { Task, TaskProgress } from './task.js';

/** A classifier's data: `validation` is needed where the config asks for it. */
export interface ClassificationSplits {
  readonly train: LabeledSplit;
  readonly validation: LabeledSplit | undefined;
}

/** Learning to say what an image shows. */
export function classification(
  config: ClassificationConfig,
  splits: ClassificationSplits,
): Task<LabeledImage, ClassifierEvaluation> {
  const { dataWorkers, input, model, seed, training } = config;
  const { train, validation } = splits;
  const classifier = configuredClassifier(model, train.classes.length);
  return {
    parameters: classifier.parameters,
    emaDecay: training.emaDecay,
    verify: async (progress) => {
      const { split, notice } = await readableSplit(config, splits, progress);
      return {
        notice,
        openLoader: (start) =>
          labeledTrainingLoader({
            split,
            input,
            workers: dataWorkers,
            ahead: samplesAhead(training.batchSize * training.accumulate, dataWorkers),
            seed,
            start,
          }),
      };
    },
    losses: (ops, samples, position) => classificationLosses(classifier, ops, samples, config, position),
    validate: async (weights, progress) =>
      validation && evaluateClassifier(classifier, weights, config, validation, progress),
    figures: ({ metrics: { top1, top5 } }) => ({ top1, ...(top5 !== null && { top5 }) }),
    headline: 'top1',
  };
}

/** The cross-entropy of a batch of images. */
export function classificationLosses(
  classifier: ClassifierNetwork,
  ops: TensorOps,
  samples: readonly LabeledImage[],
  { seed, training }: Pick<ClassificationConfig, 'seed' | 'training'>,
  position: number,
): Readonly<Record<string, Tensor>> {
  const images = normalizeImages(samples.map(({ image }) => image));
  const logits = trainingLogits(classifier, ops, images, randomStream(seed, 'dropout', position));
  const labels = Int32Array.from(samples, ({ label }) => label);
  return { classifier: softmaxCrossEntropy(ops.tape, logits, labels, training.labelSmoothing) };
}

/**
 * Reads all images once, so that those that can't be read are found now.
 *
 * @returns the training split without them
 * @throws UserError when there are any, unless the config leaves them out
 */
async function readableSplit(
  { dataWorkers }: ClassificationConfig,
  { train, validation }: ClassificationSplits,
  { signal, onProgress }: TaskProgress,
): Promise<{ split: LabeledSplit; notice: string | undefined }> {
  // Nothing else is done meanwhile.
  const workers = dataWorkers > 0 ? availableParallelism() : 0;
  const total = train.files.length + (validation?.files.length ?? 0);
  const search = (split: LabeledSplit, before: number) =>
    findUnreadable(split, { workers, signal, onRead: (done) => onProgress(before + done, total) });
  const inTrain = await search(train, 0);
  const inValidation = validation ? await search(validation, train.files.length) : [];
  const report = describeUnreadable([...inTrain, ...inValidation], total);
  if (report === undefined) return { split: train, notice: undefined };
  if (!train.skipUnreadable)
    throw new UserError(`${report}\nReplace them, or leave them out with data.skipUnreadable=true.`);
  return { split: withoutUnreadable(train, inTrain), notice: `${report}\nThey are left out.` };
}
