/**
 * AttoNet-D as a classifier of generated pictures, one shape each.
 *
 *     atto train configs/shapes/classification.ts
 *     atto eval runs/classification-<date>
 *
 * A detector then starts from its backbone:
 *
 *     atto train configs/shapes/shapes.ts model.backbone.weights=runs/classification-<date>/weights.safetensors
 *
 * Takes four and a half minutes on two cores (Zen 5); expect 97 % top-1, and 95 % at step 1200. For the first 200 steps
 * nothing seems to be learned. The detector above, after 300 of its steps: 69 % AP_d and 62 % AP_m instead of 42 and 35.
 */
import { defineConfig } from 'atto-maskrcnn';

export default defineConfig({
  task: 'classification',
  model: { backbone: { name: 'attonet-d' } },
  // Shapes may touch the border: crops that cut more off would make squares of stars.
  input: { size: 96, resize: 96, crop: { scale: [0.9, 1], aspectRatio: [0.9, 1.1] } },
  data: { format: 'shapes', root: 'data/shapes-classification', trainImages: 4000, valImages: 500 },
  training: {
    steps: 1500,
    batchSize: 32,
    learningRate: 0.3,
    decayBiasesAndNorms: false,
    warmup: { steps: 60 },
    schedule: { kind: 'cosine' },
    clipNorm: 1,
    emaDecay: 0.99,
    checkpointEvery: 300,
    validateEvery: 300,
  },
});
