import path from 'node:path';
import type { ClassifierSummary } from '../../complexity/network-summary.js';
import type { ClassificationConfig } from '../../config/schema.js';
import { type CheckResult, checkLabeledData, type LabeledSplitSummary } from '../../datasets/check.js';
import type { LabeledSplit } from '../../datasets/dataset-format.js';
import { classesOf, openLabeledSplit, resolveClasses } from '../../datasets/formats.js';
import { labeledSource, labeledTrainingLoader } from '../../datasets/loading/labeled-loader.js';
import type { LabeledImage } from '../../datasets/sample.js';
import { UserError } from '../../errors.js';
import { percent } from '../../metrics/metric-value.js';
import { type ClassifierNetwork, configuredClassifier } from '../../models/classifier.js';
import { writeClassificationReport } from '../../report/classification-report.js';
import { labeledCheckText } from '../../report/tables/check-tables.js';
import { classifierNotes, classifierTable } from '../../report/tables/complexity-tables.js';
import { classificationTable } from '../../report/tables/metrics-tables.js';
import { evenlySpaced } from '../evenly-spaced.js';
import type {
  Predictor,
  PredictorOptions,
  Task,
  ViewedSample,
  ViewSelection,
  WrittenPrediction,
} from '../task.js';
import { type ClassifierEvaluation, evaluateClassification } from './evaluation.js';
import { type Classification, ImageClassifier } from './image-classifier.js';
import { classificationLearner } from './learner.js';
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
  describeSplit: ({ files, classes }) => `${files.length} images of ${classes.length} classes`,
  build: ({ model, data }) => configuredClassifier(model, classesOf(data).length),
  learner: classificationLearner,
  evaluate: evaluateClassification,
  writeReport: writeClassificationReport,
  describeMetrics: classificationTable,
  load: ImageClassifier.load,
  predictor: classificationPredictor,
  view: viewedImages,
  summarize: summarizeTrainedClassifier,
  describeSummaries: (summaries) => `${classifierTable(summaries)}\n${classifierNotes(summaries)}`,
  check: ({ data }, options) => checkLabeledData(data, options),
  describeCheck: ({ findings, summary }) => labeledCheckText(findings, summary),
};

/** Loads a classifier that predicts for files: the five most probable classes of each. */
async function classificationPredictor(
  target: string,
  { score, ...options }: PredictorOptions,
): Promise<Predictor> {
  if (score !== undefined) {
    throw new UserError(
      `--score: ${target} is a classifier's, whose most probable classes are given as they are`,
    );
  }
  const classifier = await ImageClassifier.load(target, options);
  return {
    resultsFile: 'predictions.json',
    describeResults: (_, images) => `${images} image${images === 1 ? '' : 's'}`,
    read: async (file) => {
      const classes = await classifier.classify(file);
      return async () => ({ results: [written(file, classes)], summary: summarize(classes) });
    },
    dispose: () => classifier.dispose(),
  };
}

function written(file: string, classes: readonly Classification[]): WrittenPrediction {
  return {
    image_id: path.parse(file).name,
    file,
    predictions: classes.map(({ label, category, probability }) => ({
      category_id: label + 1,
      category,
      probability,
    })),
  };
}

/** Classes in words, such as `star 97.1 %, circle 1.2 %`. */
function summarize(classes: readonly Classification[]): string {
  return classes.map(({ category, probability }) => `${category} ${percent(probability)} %`).join(', ');
}

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
