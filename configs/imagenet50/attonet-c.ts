/**
 * AttoNet-C on ImageNet50 (Section 4.1 of the paper, Table 2).
 *
 *     atto train configs/imagenet50/attonet-c.ts data.root=/data/imagenet50
 *     atto eval runs/attonet-c-<date>
 *
 * The paper reports 69.6 % top-1. It hasn't been trained here.
 */
import { defineConfig } from 'atto-maskrcnn';
import { imageNet50, outputs } from '../common/imagenet50.js';

export default defineConfig({
  task: 'classification',
  model: { backbone: { name: 'attonet-c' }, outputs },
  ...imageNet50,
});
