import { type DetectorSummary, summarizeDetector } from '../../complexity/network-summary.js';
import type { DetectionConfig } from '../../config/schema.js';
import { type CheckResult, checkDataset } from '../../datasets/check.js';
import type { SplitSummary } from '../../datasets/checks/summary.js';
import type { Dataset } from '../../datasets/dataset-format.js';
import { classesOf, openDataset, resolveClasses } from '../../datasets/formats.js';
import type { Sample } from '../../datasets/sample.js';
import type { DetectionEvaluation } from '../../metrics/detection-evaluation.js';
import { buildMaskRcnn, type MaskRcnn } from '../../models/mask-rcnn.js';
import { checkReport } from '../../report/tables/check-tables.js';
import { complexityTable } from '../../report/tables/complexity-tables.js';
import { metricsTable } from '../../report/tables/metrics-tables.js';
import type { Task } from '../task.js';
import type { Detector } from './detector.js';

/** Detection of objects with boxes and masks, by Mask R-CNN. */
export const detectionTask: Task<{
  readonly config: DetectionConfig;
  readonly split: Dataset;
  readonly network: MaskRcnn;
  readonly sample: Sample;
  readonly evaluation: DetectionEvaluation;
  readonly check: CheckResult<SplitSummary>;
  readonly summary: DetectorSummary;
  readonly model: Detector;
}> = {
  name: 'instance-segmentation',
  backbonesFrom: ['instance-segmentation', 'classification'],
  outputs: ({ data }) => classesOf(data).length,
  resolve: async (config) => ({ ...config, data: await resolveClasses(config.data) }),
  open: ({ data }, split, onGenerate) => openDataset(data, split, { onGenerate }),
  build: ({ model, data }) => buildMaskRcnn(model, classesOf(data).length),
  // Loaded when something computes: a check or a count takes neither the engine nor a canvas.
  learner: async (config, splits) => (await import('./learner.js')).detectionLearner(config, splits),
  evaluate: async (subject, dataset, options) =>
    (await import('./evaluation.js')).evaluateDetection(subject, dataset, options),
  writeReport: async (file, input) =>
    (await import('../../report/detection-report.js')).writeDetectionReport(file, input),
  describeMetrics: metricsTable,
  load: async (target, options) => (await import('./detector.js')).Detector.load(target, options),
  predictor: async (target, options) => (await import('./detector.js')).detectionPredictor(target, options),
  view: async function* (config, dataset, selection) {
    yield* (await import('./view.js')).viewedSamples(config, dataset, selection);
  },
  summarize: async ({ name, config }, options) =>
    summarizeDetector(name, { ...config, data: await resolveClasses(config.data) }, options),
  describeSummaries,
  check: ({ data, seed }, options) => checkDataset(data, { ...options, seed }),
  describeCheck: ({ findings, summary }) => checkReport(findings, summary),
};

function describeSummaries(summaries: readonly DetectorSummary[]): string {
  const [{ assumptions }] = summaries;
  const { boxRois, maskRois } = assumptions;
  return (
    `${complexityTable(summaries)}\n` +
    `For one image, with ${boxRois} RoIs in the box head and ${maskRois} in the mask head.`
  );
}
