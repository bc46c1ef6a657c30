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
  // Shapes may touch the border: crops that cut more off would make squares of stars.
  input: { size: 64, resize: 64, crop: { scale: [0.9, 1], aspectRatio: [0.9, 1.1] } },
  data: { format: 'shapes', root: 'data/shapes-classification', trainImages: 4000, valImages: 500 },
  training: {
    steps: 1400,
    batchSize: 32,
    learningRate: 0.1,
    decayBiasesAndNorms: false,
    warmup: { steps: 30 },
    schedule: { kind: 'cosine' },
    emaDecay: 0.99,
    checkpointEvery: 200,
    validateEvery: 200,
  },
});
