import type { Tensor } from '@tensorflow/tfjs-core';
import type { Loader } from '../datasets/loading/read-ahead.js';
import type { Parameter } from '../nn/parameter.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import type { Weights } from '../nn/weights.js';

/**
 * What the training loop needs to know of what is learned: the network, the data, the losses and the validation.
 *
 * `Sample`: what is learned from. `Evaluation`: what a validation gives.
 */
export interface Task<Sample extends { readonly id: string }, Evaluation> {
  /** All tensors of the network. */
  readonly parameters: readonly Parameter[];
  /** Share of the average so far in a running average of the weights; undefined where there is none. */
  readonly emaDecay: number | undefined;
  /**
   * Checks what the run reads, before its first step.
   *
   * @throws UserError when it can't be worked with
   */
  verify(progress: TaskProgress): Promise<VerifiedData<Sample>>;
  /**
   * The losses of a batch, scalars whose sum is minimized.
   *
   * @param position how many samples the run has seen before; with the seed it determines all random choices
   */
  losses(ops: TensorOps, samples: readonly Sample[], position: number): Readonly<Record<string, Tensor>>;
  /** Evaluates on the validation split; undefined where there is none, or when the signal ended it. */
  validate(weights: Weights, progress: TaskProgress): Promise<Evaluation | undefined>;
  /** What the log keeps of an evaluation, by name; the one called `headline` decides which weights are the best. */
  figures(evaluation: Evaluation): Readonly<Record<string, number | null>>;
  readonly headline: string;
}

/** What training learns from. */
export interface VerifiedData<Sample> {
  /** What the user should know about it, if there is anything. */
  readonly notice: string | undefined;
  /** The endless sequence of samples from a position on: how many the run has seen before. */
  openLoader(start: number): Loader<Sample>;
}

/** How something long is watched and ended. */
export interface TaskProgress {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}
