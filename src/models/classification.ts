import type { Tensor } from '@tensorflow/tfjs-core';
import { dropout } from '../engine/ops/dropout.js';
import { tf } from '../engine/tf.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import type { RandomStream } from '../random.js';
import { type ClassifierNetwork, evaluationLogits } from './classifier.js';
import { normalizeImages, type Pixels } from './transform.js';

/**
 * Computes the logits of images of one size, as evaluation sees them.
 *
 * @returns for each image `[classes]`
 */
export function classifyImages(
  classifier: ClassifierNetwork,
  ops: TensorOps,
  images: readonly Pixels[],
): Float32Array[] {
  tf.engine().startScope();
  try {
    const logits = evaluationLogits(classifier, ops, normalizeImages(images));
    const [, outputs] = logits.shape;
    const values = logits.dataSync<'float32'>();
    return images.map((_, i) => values.slice(i * outputs, (i + 1) * outputs));
  } finally {
    tf.engine().endScope();
  }
}

/**
 * Computes a classifier's logits as training sees them: with dropout where the network has it.
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
