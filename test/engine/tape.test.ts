import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { type RecordOptions, readsNothing, Tape } from '../../src/engine/tape.js';
import { tf } from '../../src/engine/tf.js';
import { useEngine } from '../support/engine.js';

beforeAll(async () => {
  await useEngine();
});

/** An operation that doubles, and says what it reads; `onBackward` is called in the backward pass. */
function double(tape: Tape, x: Tensor, options: RecordOptions, onBackward = (): void => {}): Tensor {
  const y = tf.mul(x, 2);
  tape.record(
    [x],
    [y],
    ([gradient]) => {
      onBackward();
      return gradient === undefined ? [] : [tf.mul(gradient, 2)];
    },
    options,
  );
  return y;
}

it('frees what no operation reads before the backward pass, and the rest on its way', () => {
  const x = tf.scalar(3);
  const tape = new Tape();
  tape.watch(x);
  const first = double(tape, x, readsNothing);
  const second = double(tape, first, readsNothing);
  const third = double(tape, second, {});
  const alive: boolean[] = [];
  const loss = double(tape, third, readsNothing, () => {
    alive.push(...[first, second, third, loss].map((tensor) => !tensor.isDisposed));
  });
  const before = tf.memory().numTensors;
  const [gradient] = tape.gradients([loss], [x]);
  expect(gradient?.dataSync()[0]).toBe(16);
  expect(alive).toEqual([false, true, true, false]);
  // The four outputs are gone, the gradient is new.
  expect(tf.memory().numTensors).toBe(before - 3);
});

it('keeps inputs that are not tracked only for operations that read them', () => {
  const x = tf.scalar(3);
  const constant = tf.scalar(5);
  const tape = new Tape();
  tape.watch(x);
  const before = tf.memory().numTensors;
  const backward = ([gradient]: readonly (Tensor | undefined)[]) => [gradient?.clone()];
  tape.record([x, constant], [tf.add(x, constant)], backward, readsNothing);
  expect(tf.memory().numTensors).toBe(before + 1);
  tape.record([x, constant], [tf.mul(x, constant)], backward, { reads: [constant] });
  expect(tf.memory().numTensors).toBe(before + 3);
  tape.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
