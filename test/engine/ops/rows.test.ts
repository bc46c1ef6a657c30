import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { linear } from '../../../src/engine/ops/linear.js';
import { concatenateRows, gatherRows, reshape } from '../../../src/engine/ops/rows.js';
import { selectChannel } from '../../../src/engine/ops/select-channel.js';
import { upsampleAdd } from '../../../src/engine/ops/upsampling.js';
import { tf } from '../../../src/engine/tf.js';
import { useReferenceGradients } from '../../support/engine.js';
import { expectGradients, random } from '../../support/gradients.js';

beforeAll(useReferenceGradients);

describe('linear', () => {
  it('is a product, a bias and an activation', () => {
    expectGradients(
      (tape, [x, w, b]) => linear(tape, x, w, { bias: b, activation: 'relu' }),
      [random([5, 7], 1), random([7, 4], 2), random([4], 3)],
      { step: 1e-3, composite: (x, w, b) => tf.relu(tf.add(tf.matMul(x as Tensor2D, w as Tensor2D), b)) },
    );
  });
});

describe('reshape', () => {
  it('passes gradients back in the old shape', () => {
    expectGradients((tape, [x]) => reshape(tape, x, [6, 4]), [random([2, 3, 4], 1)], {
      composite: (x) => tf.reshape(x, [6, 4]),
    });
  });
});

describe('concatenateRows', () => {
  it('splits gradients', () => {
    expectGradients((tape, xs) => concatenateRows(tape, xs), [random([2, 3], 1), random([4, 3], 2)], {
      composite: (...xs: Tensor[]) => tf.concat(xs, 0),
    });
  });
});

describe('gatherRows', () => {
  it('repeats rows and adds their gradients up', () => {
    expectGradients((tape, [x]) => gatherRows(tape, x, Int32Array.of(3, 0, 3, 3, 1)), [random([5, 3], 1)], {
      composite: (x) => tf.gather(x, tf.tensor1d([3, 0, 3, 3, 1], 'int32')),
    });
  });

  it('gives zeros for −1', () => {
    const indices = Int32Array.of(-1, 2, -1, 0);
    const y = gatherRows(undefined, tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]), indices);
    expect([...y.dataSync()]).toEqual([0, 0, 5, 6, 0, 0, 1, 2]);
    expectGradients((tape, [x]) => gatherRows(tape, x, indices), [random([3, 2], 1)]);
  });
});

describe('selectChannel', () => {
  it('keeps one channel of each image', () => {
    const x = tf.reshape(tf.range(0, 12), [2, 1, 2, 3]);
    expect([...selectChannel(undefined, x, Int32Array.of(2, 0)).dataSync()]).toEqual([2, 5, 6, 9]);
    expectGradients(
      (tape, [images]) => selectChannel(tape, images, Int32Array.of(1, 2, 0)),
      [random([3, 4, 5, 3], 1)],
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
