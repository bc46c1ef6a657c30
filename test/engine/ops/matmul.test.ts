import type { Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { linear, matmulWithEpilogue } from '../../../src/engine/ops/matmul.js';
import { tf } from '../../../src/engine/tf.js';
import { useReferenceGradients } from '../../support/engine.js';
import { expectGradients, random, relativeDifference } from '../../support/gradients.js';

beforeAll(useReferenceGradients);

describe('matmulWithEpilogue', () => {
  for (const [rows, depth, columns] of [
    [1, 7, 32],
    [3, 64, 70],
    [5, 1, 64],
    [6, 300, 33],
    [203, 130, 467],
    [4096, 48, 128],
    [40, 16, 8],
    [20, 2100, 40],
  ]) {
    it(`${rows} rows, ${depth} to ${columns} columns: product, bias, residual and ReLU`, () => {
      const [a, b] = [random([rows, depth], 1), random([depth, columns], 2)];
      const [bias, residual] = [random([columns], 3), random([rows, columns], 4)];
      const y = matmulWithEpilogue(a, b, { bias, residual, activation: 'relu' });
      const expected = tf.relu(tf.add(tf.add(tf.matMul(a, b), bias), residual));
      expect(y.shape).toEqual([rows, columns]);
      expect(relativeDifference(y.dataSync(), expected.dataSync())).toBeLessThan(2e-6);
      const bare = matmulWithEpilogue(a, b, {});
      expect(relativeDifference(bare.dataSync(), tf.matMul(a, b).dataSync())).toBeLessThan(2e-6);
    });
  }

  it('takes images and 1×1 kernels, and clips at 6 with relu6', () => {
    const [x, kernel] = [random([2, 3, 5, 24], 1), random([1, 1, 24, 48], 2)];
    const y = matmulWithEpilogue(x, kernel, { activation: 'relu6' });
    const expected = tf.relu6(tf.matMul(tf.reshape(x, [30, 24]), tf.reshape(kernel, [24, 48])));
    expect(y.shape).toEqual([2, 3, 5, 48]);
    expect(relativeDifference(y.dataSync(), expected.dataSync())).toBeLessThan(2e-6);
  });

  it('adds bias and residual to products of no summands', () => {
    const [bias, residual] = [random([64], 1), random([3, 64], 2)];
    const y = matmulWithEpilogue(tf.zeros([3, 0]), tf.zeros([0, 64]), { bias, residual });
    expect(y.dataSync()).toEqual(tf.add(residual, bias).dataSync());
  });

  it('has nothing to compute without rows', () => {
    expect(matmulWithEpilogue(tf.zeros([0, 8]), random([8, 64], 1), {}).shape).toEqual([0, 64]);
  });
});

describe('linear', () => {
  it('is a product, a bias and an activation', () => {
    expectGradients(
      (tape, [x, w, b]) => linear(tape, x, w, { bias: b, activation: 'relu' }),
      [random([5, 7], 1), random([7, 4], 2), random([4], 3)],
      { step: 1e-3, composite: (x, w, b) => tf.relu(tf.add(tf.matMul(x as Tensor2D, w as Tensor2D), b)) },
    );
  });
});
