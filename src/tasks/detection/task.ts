import path from 'node:path';
import { type DetectorSummary, summarizeDetector } from '../../complexity/network-summary.js';
import type { DetectionConfig } from '../../config/schema.js';
import { type CheckResult, checkDataset } from '../../datasets/check.js';
import type { SplitSummary } from '../../datasets/checks/summary.js';
import { writtenResult } from '../../datasets/coco/results.js';
import type { Dataset } from '../../datasets/dataset-format.js';
import { classesOf, openDataset, resolveClasses } from '../../datasets/formats.js';
import { decodeImage } from '../../datasets/images/decode-image.js';
import type { Sample } from '../../datasets/sample.js';
import { drawDetections } from '../../drawing/draw-detections.js';
import type { Detection } from '../../geometry/instance.js';
import type { DetectionEvaluation } from '../../metrics/detection-evaluation.js';
import { buildMaskRcnn, type MaskRcnn } from '../../models/mask-rcnn.js';
import { writeDetectionReport } from '../../report/detection-report.js';
import { checkReport } from '../../report/tables/check-tables.js';
import { complexityTable } from '../../report/tables/complexity-tables.js';
import { metricsTable } from '../../report/tables/metrics-tables.js';
import type { Predictor, PredictorOptions, Task } from '../task.js';
import { Detector } from './detector.js';
import { evaluateDetection } from './evaluation.js';
import { detectionLearner } from './learner.js';
import { viewedSamples } from './view.js';

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
  describeSplit: ({ ids }) => `${ids.length} images`,
  build: ({ model, data }) => buildMaskRcnn(model, classesOf(data).length),
  learner: detectionLearner,
  evaluate: evaluateDetection,
  writeReport: writeDetectionReport,
  describeMetrics: metricsTable,
  load: Detector.load,
  predictor: detectionPredictor,
  view: viewedSamples,
  summarize: async ({ name, config }, options) =>
    summarizeDetector(name, { ...config, data: await resolveClasses(config.data) }, options),
  describeSummaries,
  check: ({ data }, options) => checkDataset(data, options),
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

/** Loads a detector that predicts for files: detections in COCO's results format, and images with them drawn. */
async function detectionPredictor(
  target: string,
  { score = 0.5, ...options }: PredictorOptions,
): Promise<Predictor> {
  const detector = await Detector.load(target, options);
  return {
    resultsFile: 'detections.json',
    describeResults: (results, images) => `${counted(results, 'detection')} in ${counted(images, 'image')}`,
    read: async (file) => {
      const image = await decodeImage(file);
      return async () => {
        const detections = await detector.detect(image, { score });
        return {
          results: detections.map((detection) => writtenResult(path.parse(file).name, detection)),
          summary: summarize(detections),
          picture: () => drawDetections(image, detections),
        };
      };
    },
    dispose: () => detector.dispose(),
  };
}

/** Detections in words, such as `3 detections: 2 person, 1 dog`. */
function summarize(detections: readonly Detection[]): string {
  const counts = new Map<string, number>();
  for (const { category } of detections) counts.set(category, (counts.get(category) ?? 0) + 1);
  const classes = [...counts].map(([category, count]) => `${count} ${category}`);
  const total = counted(detections.length, 'detection');
  return classes.length === 0 ? total : `${total}: ${classes.join(', ')}`;
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
