/** Evaluation: trained networks, detections of any tool, and the cost of networks. */
export type { ClassifierSummary, CountOptions, DetectorSummary } from '../complexity/network-summary.js';
export {
  type ClassificationMetrics,
  type ClassifiedImage,
  classificationMetrics,
} from '../metrics/classification-metrics.js';
export {
  type DetectedImage,
  type DetectionEvaluation,
  evaluateDetections,
} from '../metrics/detection-evaluation.js';
export type { DetectionMetrics } from '../metrics/detection-metrics.js';
export { type Scores, type ScoringOptions, scoreDetections } from '../metrics/score.js';
export { metricsTable } from '../report/tables/metrics-tables.js';
export { type EvaluateOptions, type EvaluationResult, evaluate } from '../tasks/evaluate.js';
export {
  countNetwork,
  type SummarizedNetworks,
  type SummarizeOptions,
  summarizeNetworks,
} from '../tasks/summarize.js';
