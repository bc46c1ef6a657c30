import { tf } from '../engine/tf.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import { type ClassifierNetwork, evaluationLogits } from './classifier.js';
import { normalizeImages, type Pixels } from './transform.js';

/**
 * What a classifier says about images of one size.
 *
 * @returns the logits of each image
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
