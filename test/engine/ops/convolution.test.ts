import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  convolution,
  depthwiseConvolution,
  transposedConvolution,
} from '../../../src/engine/ops/convolution.js';
import { tf } from '../../../src/engine/tf.js';
import { useReferenceGradients } from '../../support/engine.js';
import { expectGradients, random, relativeDifference } from '../../support/gradients.js';

beforeAll(useReferenceGradients);

/** Zeros on all four sides, as PyTorch pads. */
const pad = (x: Tensor, padding: number): Tensor4D =>
  tf.pad(x as Tensor4D, [
    [0, 0],
    [padding, padding],
    [padding, padding],
    [0, 0],
  ]);

describe('convolution', () => {
  for (const [kernel, stride, padding] of [
    [1, 1, 0],
    [3, 1, 1],
    [1, 2, 0],
    [3, 2, 1],
    [7, 2, 3],
    [3, 1, 0],
  ]) {
    it(`${kernel}×${kernel}, stride ${stride}, padding ${padding}: value and gradients`, () => {
      expectGradients(
        (tape, [x, w, b]) => convolution(tape, x, w, { stride, padding }, { bias: b }),
        [random([2, 8, 9, 3], 1), random([kernel, kernel, 3, 4], 2), random([4], 3)],
        {
          composite: (x, w, b) => tf.add(tf.conv2d(pad(x, padding), w as Tensor4D, stride, 'valid'), b),
        },
      );
    });
  }

  it('adds a residual before the activation', () => {
    expectGradients(
      (tape, [x, w, b, r]) =>
        convolution(tape, x, w, { stride: 1, padding: 1 }, { bias: b, residual: r, activation: 'relu' }),
      [random([1, 6, 5, 3], 1), random([3, 3, 3, 4], 2), random([4], 3), random([1, 6, 5, 4], 4)],
      {
        step: 1e-3,
        composite: (x, w, b, r) =>
          tf.relu(tf.add(tf.add(tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 'same'), b), r)),
      },
    );
  });

  it('clips at 6 with relu6', () => {
    expectGradients(
      (tape, [x, w]) => convolution(tape, x, w, { stride: 1, padding: 0 }, { activation: 'relu6' }),
      [random([1, 6, 5, 8], 1), random([1, 1, 8, 4], 2, 3)],
      {
        step: 1e-3,
        composite: (x, w) => tf.clipByValue(tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 'valid'), 0, 6),
      },
    );
  });

  it('leaves no tensor behind', () => {
    const inputs = [random([1, 8, 8, 3], 1), random([3, 3, 3, 4], 2)];
    const before = tf.memory().numTensors;
    for (const stride of [1, 2]) {
      convolution(undefined, inputs[0], inputs[1], { stride, padding: 1 }, { activation: 'relu' }).dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('depthwiseConvolution', () => {
  for (const [stride, multiplier] of [
    [1, 1],
    [1, 4],
    [2, 2],
  ]) {
    it(`stride ${stride}, multiplier ${multiplier}: value and gradients`, () => {
      expectGradients(
        (tape, [x, w, b]) => depthwiseConvolution(tape, x, w, { stride, padding: 1 }, { bias: b }),
        [random([2, 8, 7, 3], 1), random([3, 3, 3, multiplier], 2), random([3 * multiplier], 3)],
        {
          composite: (x, w, b) => tf.add(tf.depthwiseConv2d(pad(x, 1), w as Tensor4D, stride, 'valid'), b),
        },
      );
    });
  }

  for (const [channels, multiplier, stride, padding] of [
    [96, 1, 1, 1],
    [20, 4, 1, 1],
    [33, 3, 2, 1],
    [64, 1, 1, 0],
  ]) {
    it(`${channels} channels, multiplier ${multiplier}, stride ${stride}, padding ${padding}: bias and ReLU6`, () => {
      const out = channels * multiplier;
      const [x, w] = [random([3, 61, 58, channels], 1), random([3, 3, channels, multiplier], 2)];
      const bias = random([out], 3);
      const y = depthwiseConvolution(undefined, x, w, { stride, padding }, { bias, activation: 'relu6' });
      const expected = tf.relu6(
        tf.add(tf.depthwiseConv2d(pad(x, padding), w as Tensor4D, stride, 'valid'), bias),
      );
      expect(y.shape).toEqual(expected.shape);
      expect(relativeDifference(y.dataSync(), expected.dataSync())).toBeLessThan(1e-6);
    });
  }

  it('adds a residual before the activation', () => {
    const [x, w, residual] = [random([1, 6, 5, 3], 1), random([3, 3, 3, 1], 2), random([1, 6, 5, 3], 3)];
    const y = depthwiseConvolution(
      undefined,
      x,
      w,
      { stride: 1, padding: 1 },
      { residual, activation: 'relu' },
    );
    const expected = tf.relu(tf.add(tf.depthwiseConv2d(x as Tensor4D, w as Tensor4D, 1, 'same'), residual));
    expect(relativeDifference(y.dataSync(), expected.dataSync())).toBeLessThan(1e-6);
  });
});

describe('transposedConvolution', () => {
  it('doubles the size with a 2×2 kernel and stride 2', () => {
    expectGradients(
      (tape, [x, w, b]) => transposedConvolution(tape, x, w, { bias: b }),
      [random([2, 5, 4, 3], 1), random([2, 2, 6, 3], 2), random([6], 3)],
      {
        composite: (x, w, b) =>
          tf.add(tf.conv2dTranspose(x as Tensor4D, w as Tensor4D, [2, 10, 8, 6], 2, 'valid'), b),
      },
    );
  });
});
