import { availableParallelism } from 'node:os';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ClassificationConfig } from '../../config/schema.js';
import { describeUnreadable, findUnreadable, withoutUnreadable } from '../../datasets/checks/unreadable.js';
import type { LabeledSplit } from '../../datasets/dataset-format.js';
import { labeledTrainingLoader } from '../../datasets/loading/labeled-loader.js';
import { samplesAhead } from '../../datasets/loading/read-ahead.js';
import type { LabeledImage } from '../../datasets/sample.js';
import { softmaxCrossEntropy } from '../../engine/ops/losses.js';
import { UserError } from '../../errors.js';
import { trainingLogits } from '../../models/classification.js';
import { type ClassifierNetwork, configuredClassifier } from '../../models/classifier.js';
import { normalizeImages } from '../../models/transform.js';
import type { TensorOps } from '../../nn/tensor-ops.js';
import { randomStream } from '../../random.js';
import type { JobOptions, Learner } from '../../training/learner.js';
import type { TrainingSplits } from '../task.js';
import { type ClassifierEvaluation, evaluateClassifier } from './evaluation.js';

/** Learner of classification: tells what an image shows. */
export function classificationLearner(
  config: ClassificationConfig,
  splits: TrainingSplits<LabeledSplit>,
): Learner<LabeledImage, ClassifierEvaluation> {
  const { dataWorkers, input, model, seed, training } = config;
  const { train, validation } = splits;
  const network = configuredClassifier(model, train.classes.length);
  return {
    parameters: network.parameters,
    verify: async (job) => {
      const { split, notices } = await readableSplit(config, splits, job);
      if (job.signal.aborted) return undefined;
      return {
        notices,
        size: `${split.files.length} images of ${split.classes.length} classes`,
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
    losses: (ops, samples, position) => classificationLosses({ network, ops, config }, samples, position),
    validate: async (weights, job) =>
      validation && evaluateClassifier({ network, weights, config }, validation, job),
    logged: ({ metrics: { top1, top5 } }) => ({ top1, ...(top5 !== null && { top5 }) }),
    headline: 'top1',
  };
}

/** Network that learns, with the operations that record its forward pass. */
interface LearningClassifier {
  readonly network: ClassifierNetwork;
  readonly ops: TensorOps;
  readonly config: Pick<ClassificationConfig, 'seed' | 'training'>;
}

/**
 * Cross-entropy of a batch of images.
 *
 * @param position number of images that training has seen before the batch; with the seed it determines what is dropped out
 */
function classificationLosses(
  { network, ops, config: { seed, training } }: LearningClassifier,
  samples: readonly LabeledImage[],
  position: number,
): Readonly<Record<string, Tensor>> {
  const images = normalizeImages(samples.map(({ image }) => image));
  const logits = trainingLogits(network, ops, images, randomStream(seed, 'dropout', position));
  const labels = Int32Array.from(samples, ({ label }) => label);
  return { classifier: softmaxCrossEntropy(ops.tape, logits, labels, training.labelSmoothing) };
}

/**
 * Reads all images once, to find unreadable ones before the first step.
 *
 * @returns training split without unreadable images
 * @throws UserError when there are any, unless the config leaves them out
 */
async function readableSplit(
  { dataWorkers }: ClassificationConfig,
  { train, validation }: TrainingSplits<LabeledSplit>,
  { signal, onProgress }: JobOptions,
): Promise<{ split: LabeledSplit; notices: string[] }> {
  // Nothing else is done meanwhile.
  const workers = dataWorkers > 0 ? availableParallelism() : 0;
  const total = train.files.length + (validation?.files.length ?? 0);
  const search = (split: LabeledSplit, before: number) =>
    findUnreadable(split, { workers, signal, onRead: (done) => onProgress(before + done, total) });
  const inTrain = await search(train, 0);
  const inValidation = validation ? await search(validation, train.files.length) : [];
  const report = describeUnreadable([...inTrain, ...inValidation], total);
  if (report === undefined) return { split: train, notices: [] };
  if (!train.skipUnreadable)
    throw new UserError(`${report}\nReplace them, or leave them out with data.skipUnreadable=true.`);
  return { split: withoutUnreadable(train, inTrain), notices: [`${report}\nThey are left out.`] };
}
