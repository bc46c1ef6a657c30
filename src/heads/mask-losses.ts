import type { Tensor } from '@tensorflow/tfjs-core';
import { selectChannel } from '../engine/ops/gather.js';
import { sigmoidCrossEntropy } from '../engine/ops/losses.js';
import type { Tape } from '../engine/tape.js';
import { tf } from '../engine/tf.js';

/**
 * The mask head's loss (He et al. 2017): binary cross-entropy between each positive RoI's mask of its true class and what
 * the truth looks like there, averaged over all pixels; 0 without positive RoIs.
 *
 * @param logits `[R, M, M, classes + 1]`
 * @param labels `[R]`: class from 1
 * @param targets `[R · M · M]`, 0 to 1
 */
export function maskLoss(
  tape: Tape | undefined,
  logits: Tensor,
  labels: Int32Array,
  targets: Float32Array,
): Tensor {
  const [rois, height, width] = logits.shape;
  const ofTrueClass = selectChannel(tape, logits, labels);
  return sigmoidCrossEntropy(tape, ofTrueClass, tf.tensor3d(targets, [rois, height, width]));
}
