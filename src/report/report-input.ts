import type { SplitName } from '../datasets/sample.js';
import type { MetricValue } from '../metrics/metric-value.js';

/** Contents of a report before its images are drawn: what was trained, what was evaluated, and on which machine. */
export interface ReportInput<Config, Evaluation, Data> {
  /** Name of the run, or of the weights file. */
  readonly name: string;
  readonly config: Config;
  /** The weights file. */
  readonly weights: string;
  readonly engine: EngineFacts;
  /** Sentences about the data, above all about what was left out of it. */
  readonly notices: readonly string[];
  /** The run's steps in their order; empty where there is no run. */
  readonly log: readonly LoggedStep[];
  /** Undefined where nothing was evaluated: the report then shows the training only. */
  readonly evaluated: EvaluatedSplit<Evaluation, Data> | undefined;
}

/** An evaluation, and the split that it is of. */
export interface EvaluatedSplit<Evaluation, Data> {
  readonly evaluation: Evaluation;
  /** The split's images, for those that the report shows. */
  readonly dataset: Data;
  readonly split: SplitName;
  /** Step of the run after which the weights were as evaluated; undefined where that isn't known. */
  readonly step: number | undefined;
}

/** Contents of a report's page, with the images drawn. */
export interface ReportContent<Config, Evaluation> {
  readonly name: string;
  readonly config: Config;
  readonly log: readonly LoggedStep[];
  readonly evaluation: Evaluation | undefined;
  readonly notices: readonly string[];
  readonly circumstances: readonly Fact[];
}

/** Facts about the engine that a report states. */
export interface EngineFacts {
  /** Version of libtensorflow. */
  readonly tensorflow: string;
  readonly device: 'cpu' | 'gpu';
  readonly threads: number;
  readonly precision: string;
}

/** A name and its value in a list of facts. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** A step of training, as the run's log has it. */
export interface LoggedStep {
  readonly step: number;
  readonly loss: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly learningRate: number;
  readonly imagesPerSecond: number;
  readonly validation?: Readonly<Record<string, MetricValue>>;
}
