import type { Tensor } from '@tensorflow/tfjs-core';
import { readsNothing, type Tape } from '../tape.js';
import { tf } from '../tf.js';

/** A scalar loss that depends on one tensor, and its gradient there. */
function scalarLoss(tape: Tape | undefined, x: Tensor, loss: Tensor, derivative: () => Tensor): Tensor {
  tape?.record(
    [x],
    [loss],
    ([gradient], _, [slope]) => (gradient === undefined ? [] : [tf.mul(slope, gradient)]),
    { ...readsNothing, save: () => [derivative()] },
  );
  return loss;
}

/**
 * Binary cross-entropy of sigmoid(logits), the mean over all elements; 0 when there are none.
 *
 * @param logits any shape
 * @param targets the same shape, 0 to 1
 */
export function sigmoidCrossEntropy(tape: Tape | undefined, logits: Tensor, targets: Tensor): Tensor {
  const n = Math.max(logits.size, 1);
  // max(x, 0) − x·t + log(1 + exp(−|x|)) overflows for no x.
  const loss = tf.tidy(() => {
    const linear = tf.sub(tf.relu(logits), tf.mul(logits, targets));
    return tf.div(tf.sum(tf.add(linear, tf.log1p(tf.exp(tf.neg(tf.abs(logits)))))), n);
  });
  return scalarLoss(tape, logits, loss, () => tf.tidy(() => tf.div(tf.sub(tf.sigmoid(logits), targets), n)));
}

/**
 * Cross-entropy of softmax(logits), the mean over the rows; 0 when there are none.
 *
 * @param logits `[N, classes]`
 * @param labels N indices of classes
 * @param smoothing share of the target probability that all classes get evenly (Szegedy et al. 2016, Section 7)
 */
export function softmaxCrossEntropy(
  tape: Tape | undefined,
  logits: Tensor,
  labels: Int32Array,
  smoothing = 0,
): Tensor {
  const [rows, classes] = logits.shape;
  const n = Math.max(rows, 1);
  const even = smoothing / classes;
  const targets = (): Tensor =>
    smoothing === 0
      ? tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32')
      : tf.oneHot(tf.tensor1d(labels, 'int32'), classes, 1 - smoothing + even, even, 'float32');
  const loss = tf.tidy(() => tf.div(tf.sum(tf.mul(tf.logSoftmax(logits), targets())), -n));
  return scalarLoss(tape, logits, loss, () =>
    tf.tidy(() => tf.div(tf.sub(tf.softmax(logits), targets()), n)),
  );
}

/**
 * Smooth L1 (Huber) distance summed over all elements and divided by `divisor`: `d²/2β` where |d| < β, |d| − β/2
 * elsewhere.
 *
 * @param predictions any shape
 * @param targets the same shape
 */
export function smoothL1(
  tape: Tape | undefined,
  predictions: Tensor,
  targets: Tensor,
  beta: number,
  divisor: number,
): Tensor {
  const loss = tf.tidy(() => {
    const distance = tf.abs(tf.sub(predictions, targets));
    const near = tf.mul(tf.square(distance), 0.5 / beta);
    const far = tf.sub(distance, 0.5 * beta);
    return tf.div(tf.sum(tf.where(tf.less(distance, beta), near, far)), divisor);
  });
  return scalarLoss(tape, predictions, loss, () =>
    tf.tidy(() => tf.div(tf.clipByValue(tf.div(tf.sub(predictions, targets), beta), -1, 1), divisor)),
  );
}
