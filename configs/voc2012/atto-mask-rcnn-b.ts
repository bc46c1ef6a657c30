/**
 * Atto-MaskRCNN with AttoNet-B instead of AttoNet-A, and all else alike, on Pascal VOC 2012's segmentation split.
 *
 *     atto train configs/imagenet50/attonet-b.ts data.root=/data/imagenet50
 *     atto train configs/voc2012/atto-mask-rcnn-b.ts data.root=/data/VOCdevkit \
 *       model.backbone.weights=runs/attonet-b-<date>/weights.safetensors
 *     atto eval runs/atto-mask-rcnn-b-<date>
 *
 * 17.1 M parameters, and 180.8 G multiply-adds for the largest image with 1000 RoIs in the box head and 100 in the mask
 * head; with AttoNet-A it has 18.3 M and 185.0 G. The paper trains no other one, and this one hasn't been trained to the
 * end here: there is no figure to expect yet.
 */
import { defineConfig } from 'atto-maskrcnn';
import { voc2012 } from '../common/voc2012.js';

export default defineConfig({
  model: {
    backbone: { name: 'attonet-b', norm: 'batch' },
    box: { representation: 688 },
  },
  ...voc2012,
});
