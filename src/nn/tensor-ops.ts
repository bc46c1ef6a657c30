import type { Tensor } from '@tensorflow/tfjs-core';
import { batchNorm, foldNorm } from '../engine/ops/batch-norm.js';
import { convolution, depthwiseConvolution, transposedConvolution } from '../engine/ops/convolution.js';
import type { Epilogue } from '../engine/ops/epilogue.js';
import { gatherRows, selectChannel } from '../engine/ops/gather.js';
import { sigmoidCrossEntropy, smoothL1, softmaxCrossEntropy } from '../engine/ops/losses.js';
import { linear } from '../engine/ops/matmul.js';
import { globalAveragePool, maxPool, upsampleAdd } from '../engine/ops/resampling.js';
import { concatenateRows, halveChannels, interleaveChannels, reshape } from '../engine/ops/reshape.js';
import { type Backward, Tape } from '../engine/tape.js';
import { tf, tidied } from '../engine/tf.js';
import type { Convolution, Linear, Norm } from './layers.js';
import type { Ops } from './ops.js';
import type { Parameter } from './parameter.js';
import type { Weights } from './weights.js';

/** A convolution's kernel with the norm behind it folded in. */
interface FoldedKernel {
  readonly kernel: Tensor;
  readonly bias: Tensor;
}

/** Relation of the values of a pass to those of another one. */
interface Derivation {
  readonly tape: Tape | undefined;
  /** Whether norms of mode `batch` take the statistics of the batch … */
  readonly training: boolean;
  /** … and let the running ones follow. */
  readonly followsStatistics: boolean;
  /** Called with each tensor of the other pass that is used. */
  readonly onUse?: (value: Tensor) => void;
}

/**
 * Runs networks, and the losses on their outputs, on tensors with the values that `weights` has when they are first
 * needed.
 *
 * With a tape, operations that trainable parameters flow into are recorded, and norms of mode `batch` use and track the
 * batch's statistics: one forward pass of training. Without one it is evaluation, for any number of images. Either way
 * {@link dispose} frees what it read and folded.
 */
export class TensorOps implements Ops<Tensor> {
  readonly tape: Tape | undefined;
  readonly #weights: Weights;
  readonly #recompute: boolean;
  readonly #values = new Map<Parameter, Tensor>();
  readonly #folded = new Map<Convolution, FoldedKernel>();
  /** The pass whose values this one uses, if it has none of its own. */
  #source: { readonly ops: TensorOps; readonly derivation: Derivation } | undefined;

  /**
   * @param recompute whether the values inside of blocks are computed again in the backward pass instead of being kept
   */
  constructor(weights: Weights, tape?: Tape, { recompute = false }: { recompute?: boolean } = {}) {
    this.#weights = weights;
    this.tape = tape;
    this.#recompute = recompute;
  }

  /** Reads the values of a parameter; with a tape, trainable ones are watched. */
  value(parameter: Parameter): Tensor {
    if (this.#source) return this.#taken(this.#source.ops.value(parameter));
    let value = this.#values.get(parameter);
    if (value === undefined) {
      value = tf.keep(this.#weights.variable(parameter).read());
      if (parameter.trainable) this.tape?.watch(value);
      this.#values.set(parameter, value);
    }
    return value;
  }

  convolution(layer: Convolution, x: Tensor, residual?: Tensor): Tensor {
    const { norm, bias, activation } = layer;
    if (norm?.mode === 'batch' && this.#training) {
      const product = this.#product(layer, x, this.value(layer.weight), {});
      return this.#batchNorm(norm, product, { residual, activation });
    }
    if (norm) {
      const folded = this.#fold(layer, norm);
      return this.#product(layer, x, folded.kernel, { bias: folded.bias, residual, activation });
    }
    return this.#product(layer, x, this.value(layer.weight), {
      bias: bias && this.value(bias),
      residual,
      activation,
    });
  }

  linear(layer: Linear, x: Tensor): Tensor {
    return linear(this.tape, x, this.value(layer.weight), {
      bias: this.value(layer.bias),
      activation: layer.activation,
    });
  }

  maxPool(x: Tensor, size: number, window: { stride: number; padding: number }): Tensor {
    return maxPool(this.tape, x, size, window);
  }

  globalAveragePool(x: Tensor): Tensor {
    return globalAveragePool(this.tape, x);
  }

  upsampleAdd(top: Tensor, lateral: Tensor): Tensor {
    return upsampleAdd(this.tape, top, lateral);
  }

  halveChannels(x: Tensor): [first: Tensor, last: Tensor] {
    return halveChannels(this.tape, x);
  }

  interleaveChannels(a: Tensor, b: Tensor): Tensor {
    return interleaveChannels(this.tape, a, b);
  }

  flatten(x: Tensor): Tensor {
    const [n, h, w, c] = x.shape;
    return this.reshape(x, [n, h * w * c]);
  }

  /** Gives the same numbers in another shape. */
  reshape(x: Tensor, shape: readonly number[]): Tensor {
    return reshape(this.tape, x, shape);
  }

  /** Puts tensors that differ only in their first dimension one after the other. */
  concatenateRows(parts: readonly Tensor[]): Tensor {
    return concatenateRows(this.tape, parts);
  }

  /** Selects rows of a matrix `[N, C]`. */
  gatherRows(x: Tensor, indices: Int32Array): Tensor {
    return gatherRows(this.tape, x, indices);
  }

  /** Selects one channel of each image: `[N, H, W, C]` to `[N, H, W]`. */
  selectChannel(x: Tensor, channels: Int32Array): Tensor {
    return selectChannel(this.tape, x, channels);
  }

  /** Cross-entropy of softmax of logits `[N, classes]`, the mean over the rows. */
  softmaxCrossEntropy(logits: Tensor, labels: Int32Array): Tensor {
    return softmaxCrossEntropy(this.tape, logits, labels);
  }

  /** Binary cross-entropy of sigmoid of logits of any shape, the mean over all elements. */
  sigmoidCrossEntropy(logits: Tensor, targets: Float32Array): Tensor {
    return sigmoidCrossEntropy(this.tape, logits, tf.tensor(targets, logits.shape));
  }

  /** Smooth L1 distance, summed over all elements and divided by `divisor`; quadratic up to `beta`. */
  smoothL1(
    predictions: Tensor,
    targets: Float32Array,
    { beta, divisor }: { beta: number; divisor: number },
  ): Tensor {
    return smoothL1(this.tape, predictions, tf.tensor(targets, predictions.shape), beta, divisor);
  }

  /** The scalar 0, a loss of nothing. */
  zero(): Tensor {
    return tf.scalar(0);
  }

  block(run: (ops: Ops<Tensor>, x: Tensor) => Tensor, x: Tensor): Tensor {
    const { tape } = this;
    if (!tape || !this.#recompute) return this.part('block', () => run(this, x));
    return recomputed(
      tape,
      x,
      (onUse) => {
        const ops = this.#derived({ tape: undefined, training: true, followsStatistics: true, onUse });
        return ops.part('block', () => run(ops, x));
      },
      (again, input) => run(this.#derived({ tape: again, training: true, followsStatistics: false }), input),
    );
  }

  part<R extends Tensor | readonly Tensor[]>(_name: string, run: () => R): R {
    return tidied(run);
  }

  /** Gives the same values without the tape: what it computes isn't recorded. Not to be disposed by itself. */
  withoutTape(): TensorOps {
    return this.#derived({ tape: undefined, training: false, followsStatistics: false });
  }

  dispose(): void {
    for (const value of this.#values.values()) value.dispose();
    for (const { kernel, bias } of this.#folded.values()) {
      kernel.dispose();
      bias.dispose();
    }
    this.#values.clear();
    this.#folded.clear();
  }

  get #training(): boolean {
    return this.#source ? this.#source.derivation.training : this.tape !== undefined;
  }

  #derived(derivation: Derivation): TensorOps {
    const ops = new TensorOps(this.#weights, derivation.tape);
    ops.#source = { ops: this, derivation };
    return ops;
  }

  /** Reports a tensor of the pass whose values this one uses. */
  #taken(value: Tensor): Tensor {
    this.#source?.derivation.onUse?.(value);
    return value;
  }

  #product(layer: Convolution, x: Tensor, kernel: Tensor, epilogue: Epilogue): Tensor {
    switch (layer.kind) {
      case 'dense':
        return convolution(this.tape, x, kernel, layer, epilogue);
      case 'depthwise':
        return depthwiseConvolution(this.tape, x, kernel, layer, epilogue);
      case 'transposed':
        return transposedConvolution(this.tape, x, kernel, epilogue);
    }
  }

  #fold(layer: Convolution, norm: Norm): FoldedKernel {
    if (this.#source) {
      const { kernel, bias } = this.#source.ops.#fold(layer, norm);
      return { kernel: this.#taken(kernel), bias: this.#taken(bias) };
    }
    let folded = this.#folded.get(layer);
    if (folded === undefined) {
      folded = foldNorm(this.tape, this.value(layer.weight), {
        scale: this.value(norm.weight),
        shift: this.value(norm.bias),
        mean: this.value(norm.runningMean),
        variance: this.value(norm.runningVariance),
        epsilon: norm.epsilon,
      });
      tf.keep(folded.kernel);
      tf.keep(folded.bias);
      this.#folded.set(layer, folded);
    }
    return folded;
  }

  /** Normalizes with the batch's statistics and lets the running ones follow. */
  #batchNorm(norm: Norm, x: Tensor, epilogue: Omit<Epilogue, 'bias'>): Tensor {
    const mean = this.#weights.variable(norm.runningMean);
    const variance = this.#weights.variable(norm.runningVariance);
    const before = { runningMean: mean.read(), runningVariance: variance.read() };
    const { y, ...after } = batchNorm(
      this.tape,
      x,
      {
        scale: this.value(norm.weight),
        shift: this.value(norm.bias),
        epsilon: norm.epsilon,
        momentum: norm.momentum,
        ...before,
      },
      epilogue,
    );
    if (this.#source?.derivation.followsStatistics ?? true) {
      mean.assign(after.runningMean);
      variance.assign(after.runningVariance);
    }
    for (const tensor of [...Object.values(before), ...Object.values(after)]) tensor.dispose();
    return y;
  }
}

/**
 * Runs a block of layers as one differentiable operation that keeps its input and output only (Chen et al., "Training
 * Deep Nets with Sublinear Memory Cost", 2016): the backward pass computes what lies between a second time.
 *
 * @param forward computes the block without recording anything, and tells which tensors it uses beside `x`
 * @param again computes it once more, on a tape of its own
 */
function recomputed(
  tape: Tape,
  x: Tensor,
  forward: (onUse: (value: Tensor) => void) => Tensor,
  again: (tape: Tape, x: Tensor) => Tensor,
): Tensor {
  const used = new Set<Tensor>();
  const y = forward((value) => used.add(value));
  const parameters = [...used].filter((value) => tape.tracks(value));
  const backward: Backward = ([gradient], inputs) => {
    if (gradient === undefined) return [];
    return tidied(() => {
      const inner = new Tape();
      for (const input of inputs) if (tape.tracks(input)) inner.watch(input);
      const [held] = inputs;
      return inner.pullBack([[again(inner, held), gradient.clone()]], inputs);
    });
  };
  tape.record([x, ...parameters], [y], backward, { reads: [x, ...parameters] });
  return y;
}
