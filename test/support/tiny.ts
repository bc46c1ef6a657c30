import path from 'node:path';
import { parseConfig } from '../../src/config/parse.js';
import { requireDetection } from '../../src/config/require-task.js';
import type { ConfigInput, DetectionConfig } from '../../src/config/schema.js';

/** The smallest experiment that goes the whole way: a slim AttoNet-D detector on generated pictures in `folder`. */
export function tinyConfig(folder: string, ...overrides: string[]): DetectionConfig {
  return requireDetection(parseConfig(tinyConfigInput(folder), overrides, 'tiny.json'), 'tiny.json');
}

/** {@link tinyConfig} as a config file holds it. */
export function tinyConfigInput(folder: string): ConfigInput {
  return {
    seed: 3,
    dataWorkers: 0,
    model: {
      backbone: { name: 'attonet-d', norm: 'batch' },
      fpn: { channels: 16 },
      rpn: {
        anchorSizes: [8, 16, 32, 64, 128],
        batchSizePerImage: 32,
        preNmsTopK: { train: 50, test: 50 },
        postNmsTopK: { train: 40, test: 40 },
      },
      box: { representation: 16, batchSizePerImage: 16 },
      mask: { channels: 8, layers: 1 },
    },
    input: { shorterSide: 64, longerSide: 107 },
    data: { format: 'shapes', root: path.join(folder, 'data'), trainImages: 5, valImages: 3 },
    training: { steps: 4, batchSize: 2, learningRate: 0.01, warmup: { steps: 2, factor: 0.1 } },
  };
}
