/**
 * A small Atto-MaskRCNN on generated pictures of shapes: the whole way from data to masks in minutes, without a data set.
 *
 *     atto train configs/shapes/shapes.ts
 *     atto eval runs/shapes-<date>
 *
 * Takes four and a half minutes on two cores (Zen 5); expect 82 % AP_d and 78 % AP_m.
 */
import { defineConfig } from 'atto-maskrcnn';

export default defineConfig({
  model: {
    backbone: { name: 'attonet-d', norm: 'batch' },
    fpn: { channels: 64 },
    rpn: {
      anchorSizes: [12, 24, 48, 96, 192],
      batchSizePerImage: 128,
      preNmsTopK: { train: 400, test: 400 },
      postNmsTopK: { train: 300, test: 150 },
    },
    box: { representation: 256, batchSizePerImage: 128 },
    mask: { channels: 64, layers: 2 },
  },
  input: { shorterSide: 112, longerSide: 128 },
  data: {
    format: 'shapes',
    root: 'data/shapes',
    minSide: 112,
    maxSide: 128,
    trainImages: 1000,
    valImages: 100,
  },
  training: {
    steps: 1150,
    batchSize: 8,
    learningRate: 0.2,
    decayBiasesAndNorms: false,
    warmup: { steps: 150 },
    schedule: { kind: 'cosine' },
    clipNorm: 1,
    checkpointEvery: 200,
  },
});
