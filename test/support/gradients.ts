import type { Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { Tape } from '../../src/engine/tape.js';
import { tf } from '../../src/engine/tf.js';

/** A differentiable operation on some tensors. */
export type Operation = (tape: Tape | undefined, inputs: readonly Tensor[]) => Tensor;

/** Σ y · weights, as an operation of the tape: a scalar whose gradient reaches every output. */
function project(tape: Tape | undefined, y: Tensor, weights: Tensor): Tensor {
  const sum = tf.tidy(() => tf.sum(tf.mul(y, weights)));
  tape?.record([y], [sum], ([gradient]) => (gradient === undefined ? [] : [tf.mul(weights, gradient)]));
  return sum;
}

/** The gradients that the tape computes of a random projection of the operation's output. */
export function tapeGradients(operation: Operation, inputs: readonly Tensor[], weights: Tensor): Tensor[] {
  const tape = new Tape();
  for (const input of inputs) tape.watch(input);
  const loss = project(tape, operation(tape, inputs), weights);
  return tape.gradients([loss], inputs).map((gradient, i) => {
    expect(gradient, `gradient of input ${i}`).toBeDefined();
    return gradient ?? tf.zeros(inputs[i].shape);
  });
}

/** ‖a − b‖ / ‖b‖ */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    norm += b[i] ** 2;
  }
  return Math.sqrt(difference / Math.max(norm, 1e-30));
}

/**
 * Expects the tape's gradients of `operation` to equal central differences along random directions of each input,
 * and, where a composite of tfjs-core's own differentiable operations is given, its gradients and value.
 */
export function expectGradients(
  operation: Operation,
  inputs: readonly Tensor[],
  { composite, step = 1e-2 }: { composite?: (...inputs: Tensor[]) => Tensor; step?: number } = {},
): void {
  tf.tidy(() => {
    const y = operation(undefined, inputs);
    const weights = tf.randomNormal(y.shape, 0, 1, 'float32', 5);
    const gradients = tapeGradients(operation, inputs, weights);
    const value = (shifted: readonly Tensor[]): number =>
      tf.sum(tf.mul(operation(undefined, shifted), weights)).dataSync()[0];
    for (const [i, input] of inputs.entries()) {
      for (let seed = 1; seed <= 3; seed++) {
        const direction = tf.randomNormal(input.shape, 0, 1, 'float32', 10 * i + seed);
        const norm = tf.norm(direction).dataSync()[0];
        const move = (distance: number): Tensor[] =>
          inputs.map((other, j) => (j === i ? tf.add(other, tf.mul(direction, distance)) : other));
        const numeric = (value(move(step)) - value(move(-step))) / (2 * step);
        const analytic = tf.sum(tf.mul(gradients[i], direction)).dataSync()[0];
        const scale = tf.norm(gradients[i]).dataSync()[0] * norm;
        expect(Math.abs(numeric - analytic) / scale, `input ${i}, direction ${seed}`).toBeLessThan(2e-3);
      }
    }
    if (composite) {
      const reference = composite(...inputs);
      expect(y.shape).toEqual(reference.shape);
      expect(relativeDifference(y.dataSync(), reference.dataSync())).toBeLessThan(1e-5);
      const expected = tf.grads((...xs: Tensor[]) => tf.sum(tf.mul(composite(...xs), weights)))([...inputs]);
      for (const [i, gradient] of gradients.entries()) {
        expect(gradient.shape).toEqual(inputs[i].shape);
        expect(
          relativeDifference(gradient.dataSync(), expected[i].dataSync()),
          `gradient of input ${i}`,
        ).toBeLessThan(1e-5);
      }
    }
  });
}

/** Seeded normal numbers. */
export function random(shape: number[], seed: number, deviation = 1): Tensor {
  return tf.randomNormal(shape, 0, deviation, 'float32', seed);
}
