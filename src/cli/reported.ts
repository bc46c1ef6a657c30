import type { Engine } from '../engine/load.js';
import type { LogEntry } from '../training/log.js';

/** What a report is about. */
export interface Reported<Config, Evaluation, Dataset> {
  /** Of the run, or of the weights file. */
  readonly name: string;
  readonly config: Config;
  /** The weights file. */
  readonly weights: string;
  readonly engine: Engine;
  readonly log: readonly LogEntry[];
  /** Undefined where nothing was evaluated. */
  readonly evaluated: EvaluatedSplit<Evaluation, Dataset> | undefined;
}

export interface EvaluatedSplit<Evaluation, Dataset> {
  readonly evaluation: Evaluation;
  readonly dataset: Dataset;
  readonly split: 'train' | 'val';
  /** The step of the run that the weights are of, where that is known. */
  readonly step: number | undefined;
}
