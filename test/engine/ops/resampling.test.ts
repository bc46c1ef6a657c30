import type { Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  globalAveragePool,
  halve,
  halvingGradient,
  maxPool,
  upsampleAdd,
} from '../../../src/engine/ops/resampling.js';
import { tf } from '../../../src/engine/tf.js';
import { useReferenceGradients } from '../../support/engine.js';
import { expectGradients, random } from '../../support/gradients.js';

beforeAll(useReferenceGradients);

describe('maxPool', () => {
  it('takes the largest of each window, whose padding never wins', () => {
    const x = tf.tensor4d([-4, -3, -2, -1, -8, -7, -6, -5, -9, -9, -9, -9, -1, -2, -3, -4], [1, 4, 4, 1]);
    const y = maxPool(undefined, x, 3, { stride: 2, padding: 1 });
    expect(y.shape).toEqual([1, 2, 2, 1]);
    expect([...y.dataSync()]).toEqual([-3, -1, -1, -2]);
  });

  it('has the gradients of the winners', () => {
    expectGradients(
      (tape, [x]) => maxPool(tape, x, 2, { stride: 2, padding: 0 }),
      [random([2, 6, 4, 3], 1)],
      { step: 1e-3, composite: (x) => tf.maxPool(x as Tensor4D, 2, 2, 'valid') },
    );
    expectGradients(
      (tape, [x]) => maxPool(tape, x, 3, { stride: 2, padding: 1 }),
      [random([2, 8, 6, 3], 2)],
      {
        step: 1e-3,
      },
    );
    expectGradients(
      (tape, [x]) => maxPool(tape, x, 1, { stride: 2, padding: 0 }),
      [random([1, 5, 6, 2], 3)],
      {
        step: 1e-3,
      },
    );
  });
});

describe('globalAveragePool', () => {
  it('is the mean over the image', () => {
    expectGradients((tape, [x]) => globalAveragePool(tape, x), [random([2, 5, 4, 3], 1)], {
      composite: (x) => tf.mean(x, [1, 2]),
    });
  });
});

describe('halve', () => {
  it('takes the means of 2×2 blocks', () => {
    expectGradients(
      (tape, [x]) => {
        const y = halve(x);
        tape?.record([x], [y], ([gradient]) =>
          gradient === undefined ? [] : [halvingGradient(gradient, x.shape)],
        );
        return y;
      },
      [random([2, 6, 4, 3], 1)],
      { composite: (x) => tf.avgPool(x as Tensor4D, 2, 2, 'valid') },
    );
  });
});

describe('upsampleAdd', () => {
  it('repeats each pixel and adds the lateral map', () => {
    const y = upsampleAdd(undefined, tf.tensor4d([1, 2], [1, 1, 2, 1]), tf.ones([1, 2, 4, 1]));
    expect([...y.dataSync()]).toEqual([2, 2, 3, 3, 2, 2, 3, 3]);
    expectGradients(
      (tape, [top, lateral]) => upsampleAdd(tape, top, lateral),
      [random([2, 3, 4, 2], 1), random([2, 6, 8, 2], 2)],
      {
        composite: (top, lateral) => tf.add(tf.image.resizeNearestNeighbor(top as Tensor4D, [6, 8]), lateral),
      },
    );
  });

  it('refuses sizes that are no whole multiples', () => {
    expect(() => upsampleAdd(undefined, tf.ones([1, 3, 3, 1]), tf.ones([1, 5, 6, 1]))).toThrow(/3×3.*5×6/);
  });
});
