import type { Tensor } from '@tensorflow/tfjs-core';
import { execute, type } from './kernels.js';
import { tf } from './tf.js';

/**
 * Computes the gradients of an operation's inputs from the gradients of its outputs. An output that nothing used has no
 * gradient. `inputs` are the operation's inputs, alive (if it reads them) whatever became of the tensors that were passed to
 * it, `saved` is what the operation saved. What is returned belongs to the tape; `undefined` means that an input needs none.
 */
export type Backward = (
  outputGradients: readonly (Tensor | undefined)[],
  inputs: readonly Tensor[],
  saved: readonly Tensor[],
) => readonly (Tensor | undefined)[];

/** Facts about an operation beside its gradients. */
export interface RecordOptions {
  /** Makes tensors that the backward pass gets; they belong to the tape. */
  readonly save?: () => readonly Tensor[];
  /** Those of the inputs and outputs of which the backward pass reads more than their shapes; all by default. */
  readonly reads?: readonly Tensor[];
}

/** Of an operation whose gradients depend on shapes alone. */
export const readsNothing: RecordOptions = { reads: [] };

interface Operation {
  readonly inputs: readonly Tensor[];
  /** Those of the inputs that the tape keeps alive itself. */
  readonly retained: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly saved: readonly Tensor[];
  readonly reads: readonly Tensor[];
  readonly backward: Backward;
}

/**
 * Records the differentiable operations of one forward pass and runs them backward (reverse-mode differentiation).
 *
 * tfjs-core's own tape keeps every activation until the whole backward pass has ended; this one frees the outputs of an
 * operation, and what it saved, as soon as its gradient has been computed, so a step's memory falls while it goes back.
 * Operations on tensors that no watched tensor flows into aren't recorded: frozen layers cost no backward pass.
 */
export class Tape {
  readonly #operations: Operation[] = [];
  readonly #tracked = new Set<number>();

  /** Makes `tensor` one that gradients are wanted of. It must outlive the backward pass. */
  watch(tensor: Tensor): void {
    this.#tracked.add(tensor.id);
  }

  /** Whether a gradient of `tensor` is wanted or flows through it. */
  tracks(tensor: Tensor): boolean {
    return this.#tracked.has(tensor.id);
  }

  /**
   * Records an operation, unless none of its inputs is tracked. The tape becomes the owner of `outputs` (which
   * `tf.tidy` then leaves alone) and of what `save` returns, and frees them in the backward pass: outputs that no operation
   * reads when it begins.
   *
   * @returns whether it was recorded
   */
  record(
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
    backward: Backward,
    { save, reads = [...inputs, ...outputs] }: RecordOptions = {},
  ): boolean {
    if (!inputs.some((input) => this.tracks(input))) return false;
    // Tracked inputs are watched or outputs of earlier operations, which live as long as this one reads them.
    const held = inputs.map((input) =>
      this.tracks(input) || !reads.includes(input) ? input : input.clone(),
    );
    const retained = held.filter((input, i) => input !== inputs[i]);
    const saved = save?.() ?? [];
    for (const tensor of [...retained, ...outputs, ...saved]) tf.keep(tensor);
    for (const output of outputs) this.#tracked.add(output.id);
    this.#operations.push({ inputs: held, retained, outputs, saved, reads, backward });
    return true;
  }

  /**
   * The gradients of `scale` times the sum of `losses` (scalars) with respect to each of `parameters`, in their order;
   * `undefined` where the losses don't depend on one. Consumes the tape: all activations are freed, the losses too.
   */
  gradients(losses: readonly Tensor[], parameters: readonly Tensor[], scale = 1): (Tensor | undefined)[] {
    return this.pullBack(
      losses.map((loss) => [loss, tf.scalar(scale)] as const),
      parameters,
    );
  }

  /**
   * Gradients of some outputs with respect to each of `wanted`, in their order; `undefined` where no output depends on
   * one. Consumes the tape and the gradients.
   */
  pullBack(
    outputs: readonly (readonly [output: Tensor, gradient: Tensor])[],
    wanted: readonly Tensor[],
  ): (Tensor | undefined)[] {
    const gradients = new Map<number, Tensor>();
    const accumulate = (id: number, gradient: Tensor): void => {
      const sum = gradients.get(id);
      gradients.set(id, sum ? execute('AddV2', { T: type('float32') }, [sum, gradient]) : gradient);
      if (sum) for (const tensor of [sum, gradient]) tensor.dispose();
    };
    for (const [output, gradient] of outputs) {
      if (this.tracks(output)) accumulate(output.id, gradient);
      else gradient.dispose();
    }
    this.#freeUnread();
    for (let operation = this.#operations.pop(); operation; operation = this.#operations.pop()) {
      const outputGradients = operation.outputs.map((output) => gradients.get(output.id));
      if (outputGradients.some((gradient) => gradient !== undefined)) {
        const inputGradients = operation.backward(outputGradients, operation.inputs, operation.saved);
        for (const [i, gradient] of inputGradients.entries()) {
          if (gradient === undefined) continue;
          const input = operation.inputs[i];
          if (this.tracks(input)) accumulate(input.id, gradient);
          else gradient.dispose();
        }
      }
      for (const output of operation.outputs) {
        gradients.get(output.id)?.dispose();
        gradients.delete(output.id);
      }
      release(operation);
    }
    return wanted.map((tensor) => gradients.get(tensor.id));
  }

  #freeUnread(): void {
    const read = new Set(this.#operations.flatMap((operation) => operation.reads));
    for (const { outputs } of this.#operations) {
      for (const output of outputs) if (!read.has(output)) output.dispose();
    }
  }

  /** Frees what a forward pass recorded that won't be followed by a backward one. */
  dispose(): void {
    for (const operation of this.#operations.splice(0)) release(operation);
  }
}

function release({ retained, outputs, saved }: Operation): void {
  for (const tensor of [...retained, ...outputs, ...saved]) tensor.dispose();
}
