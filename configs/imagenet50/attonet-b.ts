/**
 * AttoNet-B on ImageNet50 (Section 4.1 of the paper, Table 2).
 *
 *     atto train configs/imagenet50/attonet-b.ts data.root=/data/imagenet50
 *     atto eval runs/attonet-b-<date>
 *
 * The paper reports 71.1 % top-1. It hasn't been trained here.
 */
import { defineConfig } from 'atto-maskrcnn';
import { imageNet50, outputs } from '../common/imagenet50.js';

export default defineConfig({
  task: 'classification',
  model: { backbone: { name: 'attonet-b' }, outputs },
  ...imageNet50,
});
