import type { Tensor } from '@tensorflow/tfjs-core';
import { execute, type } from '../engine/kernels.js';
import { Tape } from '../engine/tape.js';
import { tf } from '../engine/tf.js';
import type { Parameter } from '../nn/parameter.js';
import { TensorOps } from '../nn/tensor-ops.js';
import type { Weights } from '../nn/weights.js';

/** Gradients of a model's trainable parameters; a parameter that the loss doesn't depend on has none. */
export type Gradients = ReadonlyMap<Parameter, Tensor>;

const float32 = { T: type('float32') };

/** One forward and, unless a loss isn't finite, one backward pass. */
export interface Pass {
  readonly losses: Readonly<Record<string, number>>;
  /** To be freed by the caller; undefined where a loss is NaN or infinite. */
  readonly gradients: Gradients | undefined;
}

/**
 * Computes losses and the gradients of their sum.
 *
 * @param forward computes the losses, scalars, with the given operations
 * @param scale factor of the gradients
 * @param recompute whether to recompute the activations inside blocks instead of keeping them
 */
export function computeGradients(
  weights: Weights,
  forward: (ops: TensorOps) => Readonly<Record<string, Tensor>>,
  scale: number,
  recompute = false,
): Pass {
  const trainable = weights.parameters.filter((parameter) => parameter.trainable);
  const tape = new Tape();
  const ops = new TensorOps(weights, tape, { recompute });
  tf.engine().startScope();
  try {
    const scalars = forward(ops);
    const losses = Object.fromEntries(
      Object.entries(scalars).map(([name, loss]) => [name, loss.dataSync()[0]]),
    );
    if (!Object.values(losses).every(Number.isFinite)) return { losses, gradients: undefined };
    const values = trainable.map((parameter) => ops.value(parameter));
    const gradients = new Map<Parameter, Tensor>();
    for (const [i, gradient] of tape.gradients(Object.values(scalars), values, scale).entries()) {
      if (gradient) gradients.set(trainable[i], tf.keep(gradient));
    }
    return { losses, gradients };
  } finally {
    tape.dispose();
    ops.dispose();
    tf.engine().endScope();
  }
}

/** Adds gradients up; consumes both. */
export function addGradients(a: Gradients, b: Gradients): Gradients {
  const sum = new Map(a);
  for (const [parameter, gradient] of b) {
    const other = a.get(parameter);
    if (!other) {
      sum.set(parameter, gradient);
      continue;
    }
    sum.set(parameter, execute('AddV2', float32, [other, gradient]));
    for (const tensor of [other, gradient]) tensor.dispose();
  }
  return sum;
}

/** Norm of all gradients taken as one vector. */
function globalNorm(gradients: Gradients): number {
  return tf.tidy(() => {
    const halves = [...gradients.values()].map((gradient) => execute('L2Loss', float32, [gradient]));
    return halves.length === 0 ? 0 : Math.sqrt(2 * tf.addN(halves).dataSync()[0]);
  });
}

/** Scales all gradients down so that their {@link globalNorm} is at most `limit`; consumes them. */
export function clipGradients(gradients: Gradients, limit: number): Gradients {
  const norm = globalNorm(gradients);
  if (norm <= limit) return gradients;
  const clipped = new Map<Parameter, Tensor>();
  for (const [parameter, gradient] of gradients) {
    clipped.set(parameter, tf.mul(gradient, limit / norm));
    gradient.dispose();
  }
  return clipped;
}
