import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  concatenateRows,
  halveChannels,
  interleaveChannels,
  reshape,
} from '../../../src/engine/ops/reshape.js';
import { Tape } from '../../../src/engine/tape.js';
import { tf } from '../../../src/engine/tf.js';
import { useReferenceGradients } from '../../support/engine.js';
import { expectGradients, random } from '../../support/gradients.js';

beforeAll(useReferenceGradients);

describe('halveChannels', () => {
  it('gives the first and the last channels', () => {
    const [first, last] = halveChannels(undefined, tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 2, 4]));
    expect([...first.dataSync()]).toEqual([1, 2, 5, 6]);
    expect([...last.dataSync()]).toEqual([3, 4, 7, 8]);
  });

  it.each([0, 1])('has the gradient of half %i, with zeros for the other', (half) => {
    expectGradients((tape, [x]) => halveChannels(tape, x)[half], [random([2, 3, 4, 6], 1)], {
      composite: (x) => tf.split(x, 2, 3)[half],
    });
  });

  it('has no gradient where nothing follows', () => {
    const tape = new Tape();
    const x = random([1, 1, 1, 2], 1);
    tape.watch(x);
    halveChannels(tape, x);
    expect(tape.gradients([], [x])).toEqual([undefined]);
  });
});

describe('interleaveChannels', () => {
  it('takes channels in turns, as a shuffle of two groups does', () => {
    const a = tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 1, 2, 3]);
    const y = interleaveChannels(undefined, a, tf.mul(a, 10));
    expect(y.shape).toEqual([1, 1, 2, 6]);
    expect([...y.dataSync()]).toEqual([1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60]);
  });

  it('has the gradients of both', () => {
    const shape = [2, 3, 4, 5];
    expectGradients((tape, [a, b]) => interleaveChannels(tape, a, b), [random(shape, 1), random(shape, 2)], {
      composite: (a, b) => tf.reshape(tf.stack([a, b], 4), [2, 3, 4, 10]),
    });
  });

  it('undoes halving with the gradients of both halves', () => {
    expectGradients(
      (tape, [x]) => interleaveChannels(tape, ...halveChannels(tape, x)),
      [random([1, 2, 3, 8], 1)],
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
