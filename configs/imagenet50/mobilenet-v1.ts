/**
 * MobileNet-V1 on ImageNet50 (Section 4.1 of the paper, Table 2).
 *
 *     atto train configs/imagenet50/mobilenet-v1.ts data.root=/data/imagenet50
 *     atto eval runs/mobilenet-v1-<date>
 *
 * The paper reports 64.5 % top-1. It hasn't been trained here.
 */
import { defineConfig } from 'atto-maskrcnn';
import { imageNet50, outputs } from '../common/imagenet50.js';

export default defineConfig({
  task: 'classification',
  model: { backbone: { name: 'mobilenet-v1' }, outputs },
  ...imageNet50,
});
