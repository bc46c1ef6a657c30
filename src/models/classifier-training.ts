import type { Tensor } from '@tensorflow/tfjs-core';
import { dropout } from '../engine/ops/dropout.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import type { RandomStream } from '../random.js';
import type { ClassifierNetwork } from './classifier.js';

/**
 * A classifier's logits as training sees them: with dropout where the network has it.
 *
 * @param images `[N, H, W, 3]`, normalized
 * @param random decides which features are dropped
 * @returns `[N, classes]`, recorded on the tape of `ops`
 */
export function trainingLogits(
  classifier: ClassifierNetwork,
  ops: TensorOps,
  images: Tensor,
  random: RandomStream,
): Tensor {
  const features = classifier.features(ops, images);
  const rate = classifier.dropout;
  if (rate === 0) return classifier.classify(ops, features);
  const kept = Array.from({ length: features.size }, () => random.uniform() >= rate);
  return classifier.classify(ops, dropout(ops.tape, features, kept, rate));
}
