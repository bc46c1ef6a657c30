import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sigmoidCrossEntropy, smoothL1, softmaxCrossEntropy } from '../../../src/engine/ops/losses.js';
import { Tape } from '../../../src/engine/tape.js';
import { tf } from '../../../src/engine/tf.js';
import { useReferenceGradients } from '../../support/engine.js';
import { expectGradients, random, relativeDifference } from '../../support/gradients.js';

beforeAll(useReferenceGradients);

describe('sigmoidCrossEntropy', () => {
  it('is −t·log σ − (1 − t)·log(1 − σ)', () => {
    const targets = tf.sigmoid(random([4, 5], 9));
    expectGradients((tape, [x]) => sigmoidCrossEntropy(tape, x, targets), [random([4, 5], 1, 2)], {
      composite: (x) => {
        const p = tf.sigmoid(x);
        const positive = tf.mul(targets, tf.log(p));
        return tf.neg(tf.mean(tf.add(positive, tf.mul(tf.sub(1, targets), tf.log(tf.sub(1, p))))));
      },
    });
  });

  it('stays finite for large logits', () => {
    const loss = sigmoidCrossEntropy(undefined, tf.tensor1d([200, -200, 1000]), tf.tensor1d([0, 1, 1]));
    expect(loss.dataSync()[0]).toBeCloseTo(400 / 3, 3);
  });
});

describe('softmaxCrossEntropy', () => {
  it('is −log of the probability of the label', () => {
    const labels = Int32Array.of(2, 0, 1, 2);
    expectGradients((tape, [x]) => softmaxCrossEntropy(tape, x, labels), [random([4, 3], 1, 2)], {
      composite: (x) => {
        const oneHot = tf.tensor2d([0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1], [4, 3]);
        return tf.neg(tf.mean(tf.sum(tf.mul(tf.log(tf.softmax(x)), oneHot), 1)));
      },
    });
  });
});

describe('softmaxCrossEntropy with label smoothing', () => {
  interface Smoothing {
    readonly logits: number[];
    readonly labels: number[];
    readonly cases: readonly { smoothing: number; loss: number; gradient: number[] }[];
  }
  const file = path.join(import.meta.dirname, '..', '..', 'golden', 'augmentation.json');
  const golden: Smoothing = JSON.parse(readFileSync(file, 'utf8')).labelSmoothing;
  const labels = Int32Array.from(golden.labels);

  it.each(golden.cases)("of $smoothing has PyTorch's value and gradient", ({ smoothing, loss, gradient }) => {
    const logits = tf.tensor2d(golden.logits, [4, 5]);
    expect(softmaxCrossEntropy(undefined, logits, labels, smoothing).dataSync()[0]).toBeCloseTo(loss, 5);
    const tape = new Tape();
    tape.watch(logits);
    const [ours] = tape.gradients([softmaxCrossEntropy(tape, logits, labels, smoothing)], [logits]);
    expect(relativeDifference(ours?.dataSync() ?? [], gradient)).toBeLessThan(1e-5);
  });

  it('spreads its share over all classes', () => {
    // ln(e² + 2) − 0.8 · 2 for a target of 0.8, 0.1 and 0.1 on logits of 2, 0 and 0.
    const loss = softmaxCrossEntropy(undefined, tf.tensor2d([2, 0, 0], [1, 3]), Int32Array.of(0), 0.3);
    expect(loss.dataSync()[0]).toBeCloseTo(Math.log(Math.exp(2) + 2) - 1.6, 5);
  });

  it('agrees with finite differences', () => {
    expectGradients((tape, [x]) => softmaxCrossEntropy(tape, x, labels, 0.2), [random([4, 5], 1, 2)]);
  });
});

describe('smoothL1', () => {
  it('is quadratic below beta and linear above', () => {
    const x = tf.tensor1d([0.1, -0.1, 1, -2]);
    const loss = smoothL1(undefined, x, tf.zeros([4]), 0.5, 2).dataSync()[0];
    expect(loss).toBeCloseTo((0.01 + 0.01 + 0.75 + 1.75) / 2, 5);
  });

  it('has the gradient of both branches', () => {
    const targets = random([6, 4], 3);
    expectGradients((tape, [x]) => smoothL1(tape, x, targets, 1 / 9, 7), [random([6, 4], 1)], {
      step: 1e-3,
      composite: (x) => {
        const d = tf.abs(tf.sub(x, targets));
        const near = tf.minimum(d, 1 / 9);
        return tf.div(tf.sum(tf.add(tf.mul(tf.square(near), 4.5), tf.sub(d, near))), 7);
      },
    });
  });
});
