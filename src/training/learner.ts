import type { Tensor } from '@tensorflow/tfjs-core';
import type { Config } from '../config/schema.js';
import type { Loader } from '../datasets/loading/read-ahead.js';
import type { Parameter } from '../nn/parameter.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import type { Weights } from '../nn/weights.js';
import type { ProgressListener } from '../progress.js';

/**
 * Everything that the training loop needs to know about what is learned: the parameters, the data, the losses and the
 * validation.
 *
 * `Sample`: what the losses are computed from. `Evaluation`: result of a validation.
 */
export interface Learner<Sample extends { readonly id: string }, Evaluation> {
  /** All tensors of the network. */
  readonly parameters: readonly Parameter[];
  /**
   * Checks the data of the run before its first step.
   *
   * @returns undefined where the signal ended it
   * @throws UserError when it is unusable
   */
  verify(job: JobOptions): Promise<VerifiedData<Sample> | undefined>;
  /**
   * Losses of a batch: scalars whose sum is minimized.
   *
   * @param position number of samples that the run has seen before; with the seed it determines all random choices
   */
  losses(ops: TensorOps, samples: readonly Sample[], position: number): Readonly<Record<string, Tensor>>;
  /** Evaluates on the validation split; undefined where there is none, or when the signal ended it. */
  validate(weights: Weights, job: JobOptions): Promise<Evaluation | undefined>;
  /** Metrics of an evaluation for the log, by name. */
  logged(evaluation: Evaluation): Readonly<Record<string, number | null>>;
  /** Name of the logged metric that decides which weights are the best; the higher the better. */
  readonly headline: string;
}

/** Training data that has been checked. */
export interface VerifiedData<Sample> {
  /** Notices about the data for the user: what is left out, for example. */
  readonly notices: readonly string[];
  /** Config of the run with what the data settled; by default as it was given. */
  readonly config?: Config;
  /** Size of what training takes, such as `400 images`. */
  readonly size: string;
  /**
   * Opens the endless sequence of samples.
   *
   * @param start position of the first one: number of samples that the run has seen before
   */
  openLoader(start: number): Loader<Sample>;
}

/** Signal that ends a long job, and listener to its progress. */
export interface JobOptions {
  readonly signal: AbortSignal;
  readonly onProgress: ProgressListener;
}
