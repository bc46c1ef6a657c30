/**
 * Mask R-CNN with ResNet-50 and FPN on Pascal VOC 2012's segmentation split: torchvision's maskrcnn_resnet50_fpn with 21
 * outputs, beside which Atto-MaskRCNN stands.
 *
 *     atto train configs/voc2012/mask-rcnn-r50-fpn.ts data.root=/data/VOCdevkit model.backbone.weights=<file>
 *     atto eval runs/mask-rcnn-r50-fpn-<date>
 *
 * Its norms are frozen, so it must start from a pretrained backbone. Without one, let them train, too:
 *
 *     atto train … model.backbone.norm=batch model.backbone.trainableStages=5
 *
 * Takes about 6 s a step at 800 pixels on two cores, so 20,000 steps are a day and a half. It hasn't been trained to the end
 * here, and the paper gives no AP of its ResNet-50 Mask R-CNN: there is no figure to expect yet.
 */
import { defineConfig } from 'atto-maskrcnn';
import { voc2012 } from '../common/voc2012.js';

export default defineConfig({
  model: {
    backbone: { name: 'resnet50', norm: 'frozen', trainableStages: 3 },
  },
  ...voc2012,
});
