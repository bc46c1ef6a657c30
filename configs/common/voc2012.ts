import type { ConfigInput } from 'atto-maskrcnn';

/**
 * What the detectors of the paper's second experiment (Section 4.2) have in common: Pascal VOC 2012's segmentation split
 * at 800 pixels, and torchvision's recipe scaled to two images a step. 20,000 steps are 27 epochs of 1,464 images.
 */
export const voc2012 = {
  input: { shorterSide: 800, longerSide: 1333 },
  data: { format: 'voc', root: 'data/VOCdevkit', year: 2012, train: 'train', val: 'val' },
  training: {
    steps: 20_000,
    batchSize: 2,
    // 0.02 for 16 images, scaled to 2.
    learningRate: 0.0025,
    warmup: { steps: 1000 },
    schedule: { kind: 'multi-step', milestones: [14_000, 18_000] },
    validateEvery: 5000,
  },
} satisfies Partial<ConfigInput>;
