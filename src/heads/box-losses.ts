import type { Tensor } from '@tensorflow/tfjs-core';
import { gatherRows } from '../engine/ops/gather.js';
import { smoothL1, softmaxCrossEntropy } from '../engine/ops/losses.js';
import { reshape } from '../engine/ops/reshape.js';
import type { Tape } from '../engine/tape.js';
import { tf } from '../engine/tf.js';
import type { BoxPrediction } from './box-head.js';

/** Where the smooth L1 distance turns from quadratic to linear. */
const beta = 1 / 9;

/**
 * The box head's losses (Girshick 2015): cross-entropy of the class, averaged over the RoIs, and smooth L1 of the positive
 * RoIs' offsets for their true class, summed and divided by the number of all RoIs.
 *
 * @param labels `[R]`: class from 1, or 0 for background
 * @param positives which RoIs aren't background
 * @param targetOffsets `[positives · 4]`
 */
export function boxLosses(
  tape: Tape | undefined,
  { classLogits, offsets }: BoxPrediction<Tensor>,
  labels: Int32Array,
  positives: Int32Array,
  targetOffsets: Float32Array,
): { classifier: Tensor; box: Tensor } {
  const [rois, classes] = classLogits.shape;
  const classifier = softmaxCrossEntropy(tape, classLogits, labels);
  if (positives.length === 0) return { classifier, box: tf.scalar(0) };
  const byClass = reshape(tape, offsets, [rois * classes, 4]);
  const ofTrueClass = gatherRows(
    tape,
    byClass,
    positives.map((roi) => roi * classes + labels[roi]),
  );
  const targets = tf.tensor2d(targetOffsets, [positives.length, 4]);
  return { classifier, box: smoothL1(tape, ofTrueClass, targets, beta, rois) };
}
