import path from 'node:path';
import type { ClassifierSummary } from '../../complexity/network-summary.js';
import type { ClassificationConfig } from '../../config/schema.js';
import { type CheckResult, checkLabeledData, type LabeledSplitSummary } from '../../datasets/check.js';
import type { LabeledSplit } from '../../datasets/dataset-format.js';
import { classesOf, openLabeledSplit, resolveClasses } from '../../datasets/formats.js';
import { labeledSource, labeledTrainingLoader } from '../../datasets/loading/labeled-loader.js';
import type { LabeledImage } from '../../datasets/sample.js';
import { type ClassifierNetwork, configuredClassifier } from '../../models/classifier.js';
import { labeledCheckText } from '../../report/tables/check-tables.js';
import { classifierNotes, classifierTable } from '../../report/tables/complexity-tables.js';
import { classificationTable } from '../../report/tables/metrics-tables.js';
import { evenlySpaced } from '../evenly-spaced.js';
import type { Task, ViewedSample, ViewSelection } from '../task.js';
import type { ClassifierEvaluation } from './evaluation.js';
import type { ImageClassifier } from './image-classifier.js';
import { summarizeTrainedClassifier } from './summary.js';

/** Classification of whole images (Section 4.1). */
export const classificationTask: Task<{
  readonly config: ClassificationConfig;
  readonly split: LabeledSplit;
  readonly network: ClassifierNetwork;
  readonly sample: LabeledImage;
  readonly evaluation: ClassifierEvaluation;
  readonly check: CheckResult<LabeledSplitSummary>;
  readonly summary: ClassifierSummary;
  readonly model: ImageClassifier;
}> = {
  name: 'classification',
  backbonesFrom: ['classification'],
  outputs: ({ model, data }) => model.outputs ?? classesOf(data).length,
  resolve: async (config) => ({ ...config, data: await resolveClasses(config.data) }),
  open: ({ data }, split, onGenerate) => openLabeledSplit(data, split, { onGenerate }),
  build: ({ model, data }) => configuredClassifier(model, classesOf(data).length),
  // Loaded when something computes: a check or a count takes neither the engine nor a canvas.
  learner: async (config, splits) => (await import('./learner.js')).classificationLearner(config, splits),
  evaluate: async (subject, split, options) =>
    (await import('./evaluation.js')).evaluateClassification(subject, split, options),
  writeReport: async (file, input) =>
    (await import('../../report/classification-report.js')).writeClassificationReport(file, input),
  describeMetrics: classificationTable,
  load: async (target, options) =>
    (await import('./image-classifier.js')).ImageClassifier.load(target, options),
  predictor: async (target, options) =>
    (await import('./image-classifier.js')).classificationPredictor(target, options),
  view: viewedImages,
  summarize: summarizeTrainedClassifier,
  describeSummaries: (summaries) => `${classifierTable(summaries)}\n${classifierNotes(summaries)}`,
  check: ({ data }, options) => checkLabeledData(data, options),
  describeCheck: ({ findings, summary }) => labeledCheckText(findings, summary),
};

/** Images with their classes, cropped and scaled to the network's input. */
async function* viewedImages(
  config: ClassificationConfig,
  split: LabeledSplit,
  { count, augmented }: ViewSelection,
): AsyncGenerator<ViewedSample, void, undefined> {
  const images = augmented ? trainingImages(config, split, count) : evaluationImages(config, split, count);
  for await (const { id, image, label } of images) {
    const caption = `${split.classes[label]}   ${path.basename(id)}`;
    yield { name: path.parse(id).name, image, objects: [], caption };
  }
}

/** Images from the whole split, in its order, as evaluation sees them. */
async function* evaluationImages(
  { input }: ClassificationConfig,
  { root, files }: LabeledSplit,
  count: number,
): AsyncGenerator<LabeledImage, void, undefined> {
  const source = labeledSource(root);
  for (const i of evenlySpaced(count, files.length)) {
    yield await source.read({ ...files[i], view: { kind: 'evaluation', input } });
  }
}

/** First images of training, as it sees them. */
async function* trainingImages(
  { seed, input }: ClassificationConfig,
  split: LabeledSplit,
  count: number,
): AsyncGenerator<LabeledImage, void, undefined> {
  const loader = labeledTrainingLoader({ split, input, workers: 0, ahead: 2, seed, start: 0 });
  try {
    for (let i = 0; i < count; i++) yield await loader.next();
  } finally {
    await loader.close();
  }
}
