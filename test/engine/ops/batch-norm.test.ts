import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchNorm, foldNorm } from '../../../src/engine/ops/batch-norm.js';
import { convolution, depthwiseConvolution } from '../../../src/engine/ops/convolution.js';
import { tf } from '../../../src/engine/tf.js';
import { useReferenceGradients } from '../../support/engine.js';
import { expectGradients, random, relativeDifference } from '../../support/gradients.js';

beforeAll(useReferenceGradients);

const normalize = (x: Tensor, mean: Tensor, variance: Tensor, scale: Tensor, shift: Tensor): Tensor =>
  tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3))), scale), shift);

describe('batchNorm', () => {
  const inputs = (): Tensor[] => [
    tf.add(random([3, 6, 5, 4], 1, 2), 0.5),
    random([4], 2),
    random([4], 3),
    random([3, 6, 5, 4], 4),
  ];
  const composite = (x: Tensor, scale: Tensor, shift: Tensor): Tensor => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    return normalize(x, mean, variance, scale, shift);
  };

  const running = () => ({ runningMean: random([4], 5), runningVariance: tf.square(random([4], 6)) });
  const norm = (scale: Tensor, shift: Tensor) => ({
    ...running(),
    scale,
    shift,
    epsilon: 1e-3,
    momentum: 0.1,
  });

  it('normalizes with the statistics of the batch', () => {
    expectGradients(
      (tape, [x, scale, shift]) => batchNorm(tape, x, norm(scale, shift)).y,
      inputs().slice(0, 3),
      {
        composite,
      },
    );
  });

  it('adds a residual before the activation', () => {
    expectGradients(
      (tape, [x, scale, shift, residual]) =>
        batchNorm(tape, x, norm(scale, shift), { residual, activation: 'relu' }).y,
      inputs(),
      { step: 1e-3, composite: (x, scale, shift, r) => tf.relu(tf.add(composite(x, scale, shift), r)) },
    );
  });

  for (const shape of [
    [2, 3, 3, 3],
    [1, 40, 33, 19],
    [2, 20, 17, 467],
  ]) {
    it(`of ${shape.join('×')}: value and gradients, with a residual`, () => {
      const c = shape[3];
      const values = [tf.add(random(shape, 1, 3), 20), random([c], 2), random([c], 3), random(shape, 4)];
      expectGradients(
        (tape, [x, scale, shift, residual]) =>
          batchNorm(
            tape,
            x,
            {
              scale,
              shift,
              runningMean: tf.zeros([c]),
              runningVariance: tf.ones([c]),
              epsilon: 1e-3,
              momentum: 0.1,
            },
            { residual },
          ).y,
        values,
        { composite: (x, scale, shift, r) => tf.add(composite(x, scale, shift), r) },
      );
    });
  }

  it("takes the batch's mean and unbiased variance into the running ones", () => {
    const [x, scale, shift] = inputs();
    const { runningMean, runningVariance } = batchNorm(undefined, x, norm(scale, shift));
    const before = running();
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    const n = 3 * 6 * 5;
    const follow = (old: Tensor, batch: Tensor): Tensor => tf.add(tf.mul(old, 0.9), tf.mul(batch, 0.1));
    const expectedVariance = follow(before.runningVariance, tf.mul(variance, n / (n - 1)));
    expect(
      relativeDifference(runningMean.dataSync(), follow(before.runningMean, mean).dataSync()),
    ).toBeLessThan(1e-5);
    expect(relativeDifference(runningVariance.dataSync(), expectedVariance.dataSync())).toBeLessThan(1e-5);
  });
});

describe('foldNorm', () => {
  const statistics = (channels: number) => ({
    mean: random([channels], 7),
    variance: tf.add(tf.square(random([channels], 8)), 0.5),
    epsilon: 1e-3,
  });

  it('equals convolution and norm, with the same gradients', () => {
    const fixed = statistics(4);
    expectGradients(
      (tape, [x, kernel, scale, shift]) => {
        const folded = foldNorm(tape, kernel, { ...fixed, scale, shift });
        return convolution(tape, x, folded.kernel, { stride: 1, padding: 0 }, { bias: folded.bias });
      },
      [random([2, 5, 6, 3], 1), random([3, 3, 3, 4], 2), random([4], 3), random([4], 4)],
      {
        composite: (x, kernel, scale, shift) =>
          normalize(
            tf.conv2d(x as Tensor4D, kernel as Tensor4D, 1, 'valid'),
            fixed.mean,
            fixed.variance,
            scale,
            shift,
          ),
      },
    );
  });

  it('folds a norm over the output channels of a depthwise convolution', () => {
    const fixed = statistics(6);
    expectGradients(
      (tape, [x, kernel, scale, shift]) => {
        const folded = foldNorm(tape, kernel, { ...fixed, scale, shift });
        return depthwiseConvolution(tape, x, folded.kernel, { stride: 1, padding: 0 }, { bias: folded.bias });
      },
      [random([2, 5, 6, 3], 1), random([3, 3, 3, 2], 2), random([6], 3), random([6], 4)],
      {
        composite: (x, kernel, scale, shift) =>
          normalize(
            tf.depthwiseConv2d(x as Tensor4D, kernel as Tensor4D, 1, 'valid'),
            fixed.mean,
            fixed.variance,
            scale,
            shift,
          ),
      },
    );
  });
});
