/**
 * Atto-MaskRCNN for edge devices: AttoNet-D, a pyramid of 96 channels, separable convolutions in FPN, RPN and mask head, a
 * narrow box head, and images whose shorter side is 320 pixels.
 *
 *     atto train configs/imagenet50/attonet-d.ts data.root=/data/imagenet50
 *     atto train configs/voc2012/atto-mask-rcnn-light.ts data.root=/data/VOCdevkit \
 *       model.backbone.weights=runs/attonet-d-<date>/weights.safetensors
 *     atto eval runs/atto-mask-rcnn-light-<date>
 *
 * 1.84 M parameters, and 2.94 G multiply-adds for the largest image with its 300 RoIs in the box head and 100 in the mask
 * head; Atto-MaskRCNN has ten times as many and sixty times as many. NOTES.md has the reasons for its sizes. It hasn't been
 * trained to the end here: there is no figure to expect yet.
 */
import { defineConfig } from 'atto-maskrcnn';
import { voc2012 } from '../common/voc2012.js';

export default defineConfig({
  model: {
    backbone: { name: 'attonet-d', norm: 'batch' },
    headConvolution: 'separable',
    fpn: { channels: 96 },
    rpn: {
      preNmsTopK: { train: 1000, test: 500 },
      postNmsTopK: { train: 1000, test: 300 },
    },
    box: { representation: 256 },
    mask: { channels: 96 },
  },
  input: { shorterSide: 320, longerSide: 533 },
  data: voc2012.data,
  training: {
    // As many images as for the others, eight a step.
    steps: 5000,
    batchSize: 8,
    // 0.02 for 16 images, scaled to 8.
    learningRate: 0.01,
    warmup: { steps: 500 },
    schedule: { kind: 'multi-step', milestones: [3500, 4500] },
    validateEvery: 1250,
  },
});
