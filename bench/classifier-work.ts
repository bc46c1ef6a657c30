import { configSchemas } from '../src/config/schema.js';
import { softmaxCrossEntropy } from '../src/engine/ops/losses.js';
import { tf } from '../src/engine/tf.js';
import { trainingLogits } from '../src/models/classification.js';
import { buildClassifier, evaluationLogits } from '../src/models/classifier.js';
import { TensorOps } from '../src/nn/tensor-ops.js';
import { Weights } from '../src/nn/weights.js';
import { randomStream } from '../src/random.js';
import { computeGradients } from '../src/training/gradients.js';
import { Sgd } from '../src/training/sgd.js';
import type { ClassifierWork, Run } from './side.js';

/** A classifier with 51 outputs, on images of noise. */
export function classifierWork({ work, backbone, batchSize }: ClassifierWork): Run {
  const settings = configSchemas().classification.parse({
    task: 'classification',
    model: { backbone: { name: backbone } },
    data: { format: 'shapes', root: '.' },
    training: { steps: 1, learningRate: 1 },
  }).model.backbone;
  const network = buildClassifier(settings, 51);
  const weights = new Weights(network.parameters, 1);
  const images = tf.randomNormal([batchSize, 224, 224, 3], 0, 1, 'float32', 1);
  const labels = Int32Array.from({ length: batchSize }, (_, i) => i % 51);
  if (work === 'classify') {
    const ops = new TensorOps(weights);
    return () =>
      tf.tidy(() => {
        const logits = evaluationLogits(network, ops, images).dataSync();
        return logits.indexOf(Math.max(...logits));
      });
  }
  const sgd = new Sgd(weights, { momentum: 0.9, weightDecay: 1e-4, decayBiasesAndNorms: true });
  let step = 0;
  return () => {
    const { losses, gradients } = computeGradients(
      weights,
      (ops) => {
        const logits = trainingLogits(network, ops, images, randomStream(1, 'dropout', step++));
        return { classifier: softmaxCrossEntropy(ops.tape, logits, labels) };
      },
      1,
    );
    if (gradients) sgd.step(gradients, 1e-5);
    return losses.classifier;
  };
}
