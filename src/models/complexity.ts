import type { ImageSize } from '../geometry/resize.js';
import { type Complexity, ComplexityCounter } from '../metrics/complexity.js';
import { type MaskRcnn, roiLevels } from './mask-rcnn.js';

/** What a Mask R-CNN's multiply-adds depend on beside the network. */
export interface CountedRun {
  /** Of one image, padded. */
  readonly input: ImageSize;
  /** RoIs that the box head looks at. */
  readonly boxRois: number;
  /** RoIs that the mask head looks at. */
  readonly maskRois: number;
}

/** Parameters and multiply-adds of a Mask R-CNN that finds objects in one image. */
export function maskRcnnComplexity(network: MaskRcnn, { input, boxRois, maskRois }: CountedRun): Complexity {
  const { backbone, fpn, rpn, box, mask, settings } = network;
  const counter = new ComplexityCounter();
  const image = [1, input.height, input.width, 3];
  const features = counter.count('backbone', (ops) => backbone.forward(ops, image));
  const pyramid = counter.count('FPN', (ops) => fpn.forward(ops, features));
  counter.count('RPN', (ops) => pyramid.map((level) => rpn.forward(ops, level)));
  const pooled = (rois: number, size: number) => [rois, size, size, roiLevels(pyramid)[0][3]];
  counter.count('box head', (ops) => box.forward(ops, pooled(boxRois, settings.box.roiSize)));
  counter.count('mask head', (ops) => mask.forward(ops, pooled(maskRois, settings.mask.roiSize)));
  return counter.complexity();
}
