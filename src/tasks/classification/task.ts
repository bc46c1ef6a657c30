import type { ClassifierSummary } from '../../complexity/network-summary.js';
import type { ClassificationConfig } from '../../config/schema.js';
import { type CheckResult, checkLabeledData, type LabeledSplitSummary } from '../../datasets/check.js';
import type { LabeledSplit } from '../../datasets/dataset-format.js';
import { classesOf, openLabeledSplit, resolveClasses } from '../../datasets/formats.js';
import type { LabeledImage } from '../../datasets/sample.js';
import { type ClassifierNetwork, configuredClassifier } from '../../models/classifier.js';
import { writeClassificationReport } from '../../report/classification-report.js';
import { labeledCheckText } from '../../report/tables/check-tables.js';
import { classifierNotes, classifierTable } from '../../report/tables/complexity-tables.js';
import { classificationTable } from '../../report/tables/metrics-tables.js';
import type { Task } from '../task.js';
import { type ClassifierEvaluation, evaluateAndDraw } from './evaluation.js';
import { ImageClassifier } from './image-classifier.js';
import { classificationLearner } from './learner.js';
import { classificationPredictor } from './predictor.js';
import { summarizeTrainedClassifier } from './summary.js';
import { viewedImages } from './view.js';

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
  evaluate: evaluateAndDraw,
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
