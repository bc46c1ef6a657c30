/**
 * Atto-MaskRCNN on Pascal VOC 2012's segmentation split (Section 4.2 of the paper): AttoNet-A, FPN, RPN, RoIAlign, box
 * and mask heads; SGD with momentum 0.9.
 *
 *     atto train configs/voc2012/atto-mask-rcnn.ts data.root=/data/VOCdevkit
 *     atto eval runs/atto-mask-rcnn-<date>
 *
 * Takes about 4 s a step at 800 pixels on two cores, so 20,000 steps are a day. The paper reports AP_d 65.5 and AP_m 60
 * on the validation split and says neither how long it trained nor on what weights the backbone started. From scratch
 * on 1,464 images expect far less. Two commands start from a classifier instead:
 *
 *     atto train configs/imagenet50/attonet-a.ts data.root=/data/imagenet50
 *     atto train configs/voc2012/atto-mask-rcnn.ts data.root=/data/VOCdevkit \
 *       model.backbone.weights=runs/attonet-a-<date>/weights.safetensors
 *
 * What it has learned can be kept in part: model.backbone.trainableStages=3 leaves the stem and C2 as they are, and
 * model.backbone.norm=frozen all norms.
 */
import { defineConfig } from 'atto-maskrcnn';
import { voc2012 } from '../common/voc2012.js';

export default defineConfig({
  model: {
    backbone: { name: 'attonet-a', norm: 'batch' },
    // This width gives the 18.3 M parameters that the paper states (NOTES.md).
    box: { representation: 688 },
  },
  ...voc2012,
});
