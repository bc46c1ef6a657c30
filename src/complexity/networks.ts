import type { ImageSize } from '../geometry/image-size.js';
import type { ClassifierNetwork } from '../models/classifier.js';
import type { MaskRcnn } from '../models/mask-rcnn.js';
import { type Complexity, ComplexityCounter, type Shape } from './complexity.js';

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
  const { backbone, neck, rpn, boxFeatures, box, maskFeatures, mask } = network;
  const counter = new ComplexityCounter();
  const features = counter.count('backbone', (ops) => backbone(ops, [1, input.height, input.width, 3]));
  const maps = counter.count('FPN', (ops) => neck(ops, features));
  counter.count('RPN', (ops) => maps.map((map) => rpn.forward(ops, map)));
  const [[, , , channels]] = maps;
  const pooled = (rois: number, size: number): Shape => [rois, size, size, channels];
  counter.count('box head', (ops) =>
    box.forward(ops, boxFeatures.forward(ops, pooled(boxRois, boxFeatures.roiSize))),
  );
  counter.count('mask head', (ops) =>
    mask.forward(ops, maskFeatures.forward(ops, pooled(maskRois, maskFeatures.roiSize))),
  );
  return counter.complexity();
}

/** What a classifier costs. */
export interface ClassifierComplexity extends Complexity {
  /** Those of its multiply-adds that convolutions on shortcuts have. */
  readonly shortcutMultiplyAdds: number;
}

/** Parameters and multiply-adds of a classifier for one image. */
export function classifierComplexity(
  classifier: ClassifierNetwork,
  { height, width }: ImageSize,
): ClassifierComplexity {
  const counter = new ComplexityCounter();
  const features = counter.count('backbone', (ops) => classifier.features(ops, [1, height, width, 3]));
  counter.count('classifier', (ops) => classifier.classify(ops, features));
  return {
    ...counter.complexity(),
    shortcutMultiplyAdds: counter.multiplyAddsOf(({ name }) => /\b(shortcut|downsample)\./.test(name)),
  };
}
