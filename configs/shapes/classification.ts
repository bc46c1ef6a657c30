/**
 * AttoNet-D as a classifier of generated pictures, one shape each.
 *
 *     atto train configs/shapes/classification.ts
 *     atto eval runs/classification-<date>
 */
import { defineConfig } from 'atto-maskrcnn';

export default defineConfig({
  task: 'classification',
  model: { backbone: { name: 'attonet-d' } },
  input: { size: 96, resize: 96, crop: { scale: [0.7, 1] } },
  data: { format: 'shapes', root: 'data/shapes-classification', trainImages: 4000, valImages: 500 },
  training: {
    steps: 1200,
    batchSize: 32,
    learningRate: 0.1,
    decayBiasesAndNorms: false,
    warmup: { steps: 100 },
    schedule: { kind: 'cosine' },
    labelSmoothing: 0.1,
    emaDecay: 0.99,
    checkpointEvery: 200,
    validateEvery: 200,
  },
});
