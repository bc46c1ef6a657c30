import type { ClassificationConfig } from '../config/schema.js';
import type { LabeledSplit } from '../datasets/dataset-format.js';
import { labeledImages } from '../datasets/loading/labeled-loader.js';
import { samplesAhead } from '../datasets/loading/read-ahead.js';
import type { LabeledImage } from '../datasets/sample.js';
import { UserError } from '../errors.js';
import {
  type ClassificationEvaluation,
  type ClassifiedImage,
  classificationMetrics,
  classifiedImage,
} from '../metrics/classification-metrics.js';
import { classifyImages } from '../models/classification.js';
import type { ClassifierNetwork } from '../models/classifier.js';
import { TensorOps } from '../nn/tensor-ops.js';
import type { Weights } from '../nn/weights.js';
import type { TaskProgress } from './task.js';

/** Images a forward pass. */
const batchSize = 32;

/** Evaluation of a classifier, and the images that it leaves out. */
export interface ClassifierEvaluation extends ClassificationEvaluation {
  /** What is wrong with the images that were left out since they can't be read. */
  readonly unreadable: readonly { readonly message: string }[];
}

/**
 * Classifies every image of a split.
 *
 * @returns undefined when the signal ended it
 * @throws UserError when an image can't be read, unless the config leaves such images out
 */
export async function evaluateClassifier(
  classifier: ClassifierNetwork,
  weights: Weights,
  { dataWorkers, input }: ClassificationConfig,
  split: LabeledSplit,
  { signal, onProgress }: TaskProgress,
): Promise<ClassifierEvaluation | undefined> {
  const ops = new TensorOps(weights);
  const images: ClassifiedImage[] = [];
  const unreadable: { message: string }[] = [];
  const classify = (batch: readonly LabeledImage[]): void => {
    const pixels = batch.map(({ image }) => image);
    for (const [i, logits] of classifyImages(classifier, ops, pixels).entries()) {
      images.push(classifiedImage(batch[i].id, batch[i].label, logits, split.classes.length));
    }
    onProgress(images.length + unreadable.length, split.files.length);
  };
  const loading = { split, workers: dataWorkers, ahead: samplesAhead(batchSize, dataWorkers) };
  try {
    let batch: LabeledImage[] = [];
    for await (const image of labeledImages(loading, { kind: 'evaluation', input })) {
      if (!(image instanceof UserError)) batch.push(image);
      else if (split.skipUnreadable) unreadable.push({ message: image.message });
      else throw image;
      if (batch.length < batchSize) continue;
      classify(batch);
      batch = [];
      // Lets the interrupt signal come through.
      await new Promise(setImmediate);
      if (signal.aborted) return undefined;
    }
    if (batch.length > 0) classify(batch);
    return { metrics: classificationMetrics(images, split.classes), images, unreadable };
  } finally {
    ops.dispose();
  }
}
