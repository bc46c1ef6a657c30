import type { Tensor } from '@tensorflow/tfjs-core';
import { batchNorm } from '../engine/ops/batch-norm.js';
import { halveChannels, interleaveChannels } from '../engine/ops/channels.js';
import { convolution, depthwiseConvolution } from '../engine/ops/convolution.js';
import { linear } from '../engine/ops/linear.js';
import { foldNorm } from '../engine/ops/norm-folding.js';
import { globalAveragePool, maxPool } from '../engine/ops/pooling.js';
import type { Epilogue } from '../engine/ops/product.js';
import { reshape } from '../engine/ops/rows.js';
import { transposedConvolution } from '../engine/ops/transposed-convolution.js';
import { upsampleAdd } from '../engine/ops/upsampling.js';
import type { Tape } from '../engine/tape.js';
import { tf } from '../engine/tf.js';
import type { Convolution, Linear, Norm } from './layers.js';
import type { Ops } from './ops.js';
import type { Parameter } from './parameter.js';
import type { Weights } from './weights.js';

interface FoldedKernel {
  readonly kernel: Tensor;
  readonly bias: Tensor;
}

/**
 * Runs networks on tensors with the values that `weights` has when they are first needed.
 *
 * With a tape, operations that trainable parameters flow into are recorded, and norms of mode `batch` use and track the
 * batch's statistics: one forward pass of training. Without one it is evaluation, for any number of images. Either way
 * {@link dispose} frees what it read and folded.
 */
export class TensorOps implements Ops<Tensor> {
  readonly tape: Tape | undefined;
  readonly #weights: Weights;
  #values = new Map<Parameter, Tensor>();
  #folded = new Map<Convolution, FoldedKernel>();

  constructor(weights: Weights, tape?: Tape) {
    this.#weights = weights;
    this.tape = tape;
  }

  /** The values of a parameter; with a tape, trainable ones are watched. */
  value(parameter: Parameter): Tensor {
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
    if (norm?.mode === 'batch' && this.tape) {
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
    return reshape(this.tape, x, [n, h * w * c]);
  }

  part<R extends Tensor | readonly Tensor[]>(_name: string, run: () => R): R {
    // tidy keeps what is returned and what the tape owns. Its own type knows mutable arrays only.
    let result: R | undefined;
    tf.tidy(() => {
      result = run();
      return [result].flat();
    });
    if (result === undefined) throw new Error('a part of a network returned nothing');
    return result;
  }

  /** The same values without the tape: what it computes isn't recorded. Not to be disposed by itself. */
  withoutTape(): TensorOps {
    const ops = new TensorOps(this.#weights);
    ops.#values = this.#values;
    ops.#folded = this.#folded;
    return ops;
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

  /** Normalises with the batch's statistics and lets the running ones follow. */
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
    mean.assign(after.runningMean);
    variance.assign(after.runningVariance);
    for (const tensor of [...Object.values(before), ...Object.values(after)]) tensor.dispose();
    return y;
  }
}
