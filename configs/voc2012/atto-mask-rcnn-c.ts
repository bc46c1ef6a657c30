/**
 * Atto-MaskRCNN with AttoNet-C instead of AttoNet-A, and all else alike, on Pascal VOC 2012's segmentation split.
 *
 *     atto train configs/imagenet50/attonet-c.ts data.root=/data/imagenet50
 *     atto train configs/voc2012/atto-mask-rcnn-c.ts data.root=/data/VOCdevkit \
 *       model.backbone.weights=runs/attonet-c-<date>/weights.safetensors
 *     atto eval runs/atto-mask-rcnn-c-<date>
 *
 * 16.2 M parameters, and 176.2 G multiply-adds for the largest image with 1000 RoIs in the box head and 100 in the mask
 * head; with AttoNet-A it has 18.3 M and 185.0 G. The paper trains no other one, and this one hasn't been trained to the
 * end here: there is no figure to expect yet.
 */
import { defineConfig } from 'atto-maskrcnn';
import { voc2012 } from '../common/voc2012.js';

export default defineConfig({
  model: {
    backbone: { name: 'attonet-c', norm: 'batch' },
    box: { representation: 688 },
  },
  ...voc2012,
});
