/**
 * A small Atto-MaskRCNN on generated pictures of shapes: the whole way from data to masks in minutes, without a data set.
 *
 *     atto train configs/shapes/shapes.ts
 *     atto eval runs/shapes-<date>
 */
import { defineConfig } from 'atto-maskrcnn';

export default defineConfig({
  model: {
    backbone: { name: 'attonet-d', norm: 'batch' },
    fpn: { channels: 64 },
    rpn: {
      anchorSizes: [12, 24, 48, 96, 192],
      batchSize: 128,
      preNmsTopK: { train: 400, test: 400 },
      postNmsTopK: { train: 300, test: 150 },
    },
    box: { representation: 256, batchSize: 128 },
    mask: { channels: 64, layers: 2 },
  },
  input: { shorterSide: 128, longerSide: 213 },
  data: { format: 'shapes', root: 'data/shapes' },
  training: {
    steps: 600,
    batchSize: 4,
    learningRate: 0.02,
    warmup: { steps: 100, factor: 0.01 },
    schedule: { kind: 'cosine' },
    clipNorm: 10,
    checkpointEvery: 200,
  },
});
