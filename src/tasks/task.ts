import type { ClassifierSummary, CountOptions, DetectorSummary } from '../complexity/network-summary.js';
import type { TaskName } from '../config/require-task.js';
import type { Config } from '../config/schema.js';
import type { CheckOptions, CheckResult, LabeledSplitSummary } from '../datasets/check.js';
import type { SplitSummary } from '../datasets/checks/summary.js';
import type { RgbImage, SplitName } from '../datasets/sample.js';
import type { DrawnObject } from '../drawing/draw-objects.js';
import type { ClassificationMetrics } from '../metrics/classification-metrics.js';
import type { DetectionMetrics } from '../metrics/detection-metrics.js';
import type { Parameter } from '../nn/parameter.js';
import type { Weights } from '../nn/weights.js';
import type { ProgressListener } from '../progress.js';
import type { ReportInput } from '../report/report-input.js';
import type { Learner } from '../training/learner.js';
import type { RunFolder } from '../training/run-folder.js';
import type { ImageClassifier } from './classification/image-classifier.js';
import type { Detector } from './detection/detector.js';
import type { Predictor, PredictorOptions } from './predictor.js';
import type { LoadOptions } from './trained-model.js';

/** Types that differ between tasks. */
export interface TaskTypes {
  readonly config: Config;
  readonly split: OpenedSplit;
  readonly network: TaskNetwork;
  readonly sample: { readonly id: string };
  readonly evaluation: TaskEvaluation;
  readonly check: CheckResult<SplitSummary | LabeledSplitSummary>;
  readonly summary: NetworkSummary;
  readonly model: Detector | ImageClassifier;
}

/**
 * Everything that differs between the kinds of networks: the data, the network and what is made of them. Detection and
 * classification each implement it; what is the same for both is written once, beside it.
 *
 * The methods take what other methods of the same task gave, so code that knows no task can pass it on.
 */
export interface Task<T extends TaskTypes = TaskTypes> {
  readonly name: TaskName;
  /** Tasks whose networks have a backbone that a network of this task may start from. */
  readonly backbonesFrom: readonly TaskName[];
  /** Number of classes that the network tells apart, without background. */
  outputs(config: T['config']): number;
  /** Config with the classes that its data names, where it names none itself. */
  resolve(config: T['config']): Promise<T['config']>;
  /** Opens a split; generated data is generated where it isn't there yet. */
  open(config: T['config'], split: SplitName, onGenerate?: ProgressListener): Promise<T['split']>;
  /** Network of a config with its classes. */
  build(config: T['config']): T['network'];
  learner(
    config: T['config'],
    splits: TrainingSplits<T['split']>,
  ): Promise<Learner<T['sample'], T['evaluation']>>;
  /** Evaluates on a split; undefined when the signal ended it. */
  evaluate(
    subject: EvaluationSubject<T['config'], T['network']>,
    split: T['split'],
    options: EvaluationOptions,
  ): Promise<WrittenEvaluation<T['evaluation']> | undefined>;
  writeReport(file: string, input: ReportInput<T['config'], T['evaluation'], T['split']>): Promise<void>;
  /** Metrics as text for a terminal. */
  describeMetrics(metrics: T['evaluation']['metrics']): string;
  /** Loads a trained network; `target` is a weights file, the folder of a run, or a config. */
  load(target: string, options?: LoadOptions): Promise<T['model']>;
  /** Loads a trained network that predicts for files. */
  predictor(target: string, options: PredictorOptions): Promise<Predictor>;
  /** Samples of a split as the network sees them. */
  view(
    config: T['config'],
    split: T['split'],
    selection: ViewSelection,
  ): AsyncGenerator<ViewedSample, void, undefined>;
  /** Parameters and multiply-adds of a network, with its accuracy where a run measured it. */
  summarize(target: SummaryTarget<T['config']>, options: CountOptions): Promise<T['summary']>;
  /** Summaries as text for a terminal. */
  describeSummaries(summaries: readonly T['summary'][]): string;
  /** Checks the data of a config. */
  check(config: T['config'], options: CheckOptions): Promise<T['check']>;
  /** Result of a check as text for a terminal. */
  describeCheck(result: T['check']): string;
}

/** Opened split of a data set. */
export interface OpenedSplit {
  /** File or folder that lists it, for messages. */
  readonly source: string;
  readonly classes: readonly string[];
  /** Notices about the choice of images, a sentence each. */
  readonly notices: readonly string[];
}

/** Splits of a training run; `validation` is there where the config asks for it. */
export interface TrainingSplits<Split> {
  readonly train: Split;
  readonly validation: Split | undefined;
}

interface TaskNetwork {
  readonly parameters: readonly Parameter[];
}

/** Evaluation of a network of any task. */
export interface TaskEvaluation {
  readonly metrics: DetectionMetrics | ClassificationMetrics;
}

/** Network to evaluate, with its values. */
export interface EvaluationSubject<C, Network> {
  readonly config: C;
  readonly network: Network;
  readonly weights: Weights;
}

export interface EvaluationOptions {
  /** Ends the evaluation after the images at hand. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressListener | undefined;
  /** Folder for pictures and detections; none are written by default. */
  readonly out?: string | undefined;
}

export interface WrittenEvaluation<Evaluation> {
  readonly evaluation: Evaluation;
  /** Notices about images that were left out. */
  readonly notices: readonly string[];
  /** Files worth naming that were written, by their titles. */
  readonly files: readonly { readonly title: string; readonly file: string }[];
}

export interface ViewSelection {
  readonly count: number;
  /** Whether samples come as training takes them; else they are spread evenly over the split. */
  readonly augmented: boolean;
}

/** Sample as the network sees it, and what to draw on it. */
export interface ViewedSample {
  /** Name for files made of it. */
  readonly name: string;
  readonly image: RgbImage;
  readonly objects: readonly DrawnObject[];
  readonly caption: string;
}

/** Network to count. */
export interface SummaryTarget<C> {
  readonly name: string;
  /** Its data may not have been asked for its classes yet. */
  readonly config: C;
  /** Run of the network, if there is one, and the config that it was trained with. */
  readonly run: { readonly folder: RunFolder; readConfig(): Promise<Config> } | undefined;
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** Parameters and multiply-adds of a network, under the name that its config was given by. */
export type NetworkSummary = DetectorSummary | ClassifierSummary;
