import type { Tensor } from '@tensorflow/tfjs-core';
import { type Backward, readsNothing, type Tape } from '../tape.js';
import { tf } from '../tf.js';

/** The same numbers in another shape. */
export function reshape(tape: Tape | undefined, x: Tensor, shape: readonly number[]): Tensor {
  const y = tf.reshape(x, [...shape]);
  tape?.record(
    [x],
    [y],
    ([gradient]) => (gradient === undefined ? [] : [tf.reshape(gradient, x.shape)]),
    readsNothing,
  );
  return y;
}

/** Puts tensors that differ only in their first dimension one after the other. */
export function concatenateRows(tape: Tape | undefined, parts: readonly Tensor[]): Tensor {
  if (parts.length === 1) return parts[0];
  const y = tf.concat([...parts], 0);
  const sizes = parts.map((part) => part.shape[0]);
  tape?.record(
    parts,
    [y],
    ([gradient]) => (gradient === undefined ? [] : tf.split(gradient, sizes, 0)),
    readsNothing,
  );
  return y;
}

/** The first and the last half of an image's channels: `[N, H, W, 2C]` to `[N, H, W, C]` twice. */
export function halveChannels(tape: Tape | undefined, x: Tensor): [first: Tensor, last: Tensor] {
  const [first, last] = tf.split(x, 2, 3);
  const backward: Backward = (gradients) => {
    if (gradients.every((gradient) => gradient === undefined)) return [];
    return [
      tf.tidy(() =>
        tf.concat(
          gradients.map((gradient) => gradient ?? tf.zeros(first.shape)),
          3,
        ),
      ),
    ];
  };
  tape?.record([x], [first, last], backward, readsNothing);
  return [first, last];
}

/**
 * The channels of two images in turns, `[N, H, W, C]` twice to `[N, H, W, 2C]`: what ShuffleNet's channel shuffle makes of
 * one behind the other with two groups.
 */
export function interleaveChannels(tape: Tape | undefined, a: Tensor, b: Tensor): Tensor {
  const [n, h, w, c] = a.shape;
  const swap = (x: Tensor, from: [number, number]): Tensor =>
    tf.reshape(tf.transpose(tf.reshape(x, [n * h * w, ...from]), [0, 2, 1]), [n, h, w, 2 * c]);
  const y = tf.tidy(() => swap(tf.concat([a, b], 3), [2, c]));
  tape?.record(
    [a, b],
    [y],
    ([gradient]) => (gradient === undefined ? [] : tf.tidy(() => tf.split(swap(gradient, [c, 2]), 2, 3))),
    readsNothing,
  );
  return y;
}
