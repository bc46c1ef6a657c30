import path from 'node:path';
import type { ClassificationConfig } from '../../config/schema.js';
import { describeUnreadable } from '../../datasets/checks/unreadable.js';
import type { LabeledSplit } from '../../datasets/dataset-format.js';
import { labeledImages } from '../../datasets/loading/labeled-loader.js';
import { samplesAhead } from '../../datasets/loading/read-ahead.js';
import type { LabeledImage } from '../../datasets/sample.js';
import { writeImage } from '../../drawing/canvas.js';
import { UserError } from '../../errors.js';
import {
  type ClassificationEvaluation,
  type ClassifiedImage,
  classificationMetrics,
  classifiedImage,
} from '../../metrics/classification-metrics.js';
import { classifyImages } from '../../models/classification.js';
import type { ClassifierNetwork } from '../../models/classifier.js';
import { TensorOps } from '../../nn/tensor-ops.js';
import { drawMistakes, mistakenImages } from '../../report/classification-report.js';
import type { EvaluationOptions, EvaluationSubject, WrittenEvaluation } from '../task.js';

/** Images per forward pass. */
const batchSize = 32;

/** Classifier to evaluate. */
export type ClassifierSubject = EvaluationSubject<ClassificationConfig, ClassifierNetwork>;

/** Evaluation of a classifier, and the images that it leaves out. */
export interface ClassifierEvaluation extends ClassificationEvaluation {
  /** Messages about unreadable images, which are left out. */
  readonly unreadable: readonly { readonly message: string }[];
}

/**
 * Evaluates a classifier on a split, and draws its worst mistakes into `out` if that is given.
 *
 * @returns undefined when the signal ended it
 * @throws UserError when an image can't be read, unless the config leaves such images out, or a file can't be written
 */
export async function evaluateClassification(
  subject: ClassifierSubject,
  split: LabeledSplit,
  { signal, onProgress, out }: EvaluationOptions,
): Promise<WrittenEvaluation<ClassifierEvaluation> | undefined> {
  const evaluation = await evaluateClassifier(subject, split, { signal, onProgress });
  if (!evaluation) return undefined;
  const unreadable = describeUnreadable(evaluation.unreadable, split.files.length);
  const notices = unreadable ? [`${unreadable}\nThey are left out.`] : [];
  const mistakes = out === undefined ? [] : await mistakenImages(subject.config, evaluation, split);
  if (out === undefined || mistakes.length === 0) return { evaluation, notices, files: [] };
  const file = path.join(out, 'worst-mistakes.png');
  await writeImage(file, drawMistakes(mistakes));
  return { evaluation, notices, files: [{ title: 'Worst mistakes', file }] };
}

/**
 * Classifies every image of a split.
 *
 * @returns undefined when the signal ended it
 * @throws UserError when an image can't be read, unless the config leaves such images out
 */
export async function evaluateClassifier(
  { network, weights, config: { dataWorkers, input } }: ClassifierSubject,
  split: LabeledSplit,
  { signal, onProgress }: Pick<EvaluationOptions, 'signal' | 'onProgress'>,
): Promise<ClassifierEvaluation | undefined> {
  const ops = new TensorOps(weights);
  const images: ClassifiedImage[] = [];
  const unreadable: { message: string }[] = [];
  const classify = (batch: readonly LabeledImage[]): void => {
    const pixels = batch.map(({ image }) => image);
    for (const [i, logits] of classifyImages(network, ops, pixels).entries()) {
      images.push(classifiedImage(batch[i].id, batch[i].label, logits, split.classes.length));
    }
    onProgress?.(images.length + unreadable.length, split.files.length);
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
      // Lets an interrupt come through.
      await new Promise(setImmediate);
      if (signal?.aborted) return undefined;
    }
    if (batch.length > 0) classify(batch);
    return { metrics: classificationMetrics(images, split.classes), images, unreadable };
  } finally {
    ops.dispose();
  }
}
