/** Training: runs, and weights from and for PyTorch. */

export {
  exportWeights,
  type ImportOptions,
  type ImportResult,
  importWeights,
} from '../tasks/exchange-weights.js';
export type { JobListener, Phase } from '../tasks/listener.js';
export type { ConfigSource } from '../tasks/read-config.js';
export { type TrainingResult, type TrainOptions, train } from '../tasks/train.js';
export type { LogEntry } from '../training/log.js';
export type { RunFolder } from '../training/run-folder.js';
