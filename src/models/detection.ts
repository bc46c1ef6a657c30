import { selectChannel } from '../engine/ops/gather.js';
import { tf } from '../engine/tf.js';
import type { Box } from '../geometry/boxes.js';
import type { ImageSize } from '../geometry/image-size.js';
import type { Detection } from '../geometry/instance.js';
import { pasteMask } from '../heads/mask-pasting.js';
import { type DetectedBoxes, selectDetections } from '../heads/post-processing.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import { levelOrder, type Rois, selectRois } from '../roi/levels.js';
import type { RoiMaps } from '../roi/roi-align.js';
import { featureMaps, overRois, pooledMaps } from './features.js';
import type { MaskRcnn } from './mask-rcnn.js';
import { mapAnchors, propose } from './proposals.js';
import { type Pixels, scaleBoxes, scaleFactors, transformImages } from './transform.js';

/** What detecting depends on beside the network and its weights. */
export interface DetectionInput {
  readonly shorterSide: number;
  readonly longerSide: number;
  readonly classes: readonly string[];
  /** Detections that score at most this are dropped; the config's `model.box.scoreThreshold` by default. */
  readonly scoreThreshold?: number;
}

/**
 * Finds objects in a batch of images.
 *
 * @returns each image's detections by falling score, in pixels of the original image
 */
export function detectObjects(
  network: MaskRcnn,
  ops: TensorOps,
  images: readonly Pixels[],
  input: DetectionInput,
): Detection[][] {
  const { rpn } = network.settings;
  return withTensors(() => {
    const batch = transformImages(images, input);
    const maps = featureMaps(network, ops, batch.images);
    const anchors = mapAnchors(network, maps, batch);
    const proposals = propose(network, ops, maps, anchors, batch, {
      preNmsTopK: rpn.preNmsTopK.test,
      postNmsTopK: rpn.postNmsTopK.test,
      nmsThreshold: rpn.nmsThreshold,
    });
    const ofRois = pooledMaps(network, ops, maps);
    return images.map((image, i) => {
      const size = batch.sizes[i];
      const boxes = detectBoxes(network, ops, ofRois, { boxes: proposals[i], image: i }, size, input);
      const masks = predictMasks(network, ops, ofRois, boxes, i);
      return finishDetections(boxes, masks, size, image, input.classes);
    });
  });
}

/** Frees every tensor that `run` leaves behind; its result is none. */
function withTensors<R>(run: () => R): R {
  tf.engine().startScope();
  try {
    return run();
  } finally {
    tf.engine().endScope();
  }
}

function detectBoxes(
  network: MaskRcnn,
  ops: TensorOps,
  maps: RoiMaps,
  proposals: { readonly boxes: Float32Array; readonly image: number },
  size: ImageSize,
  input: DetectionInput,
): DetectedBoxes {
  const { box } = network.settings;
  const { rois } = inLevelOrder(proposals.boxes, proposals.image, maps);
  if (rois.images.length === 0) {
    return { boxes: new Float32Array(), scores: new Float32Array(), labels: new Int32Array() };
  }
  const [probabilities, offsets] = overRois(network.boxFeatures, ops, maps, rois, (features) => {
    const prediction = network.box.forward(ops, features);
    return [tf.softmax(prediction.classLogits), prediction.offsets];
  });
  const [, classes] = probabilities.shape;
  return selectDetections(
    {
      rois: rois.boxes,
      probabilities: probabilities.dataSync<'float32'>(),
      offsets: offsets.dataSync<'float32'>(),
      classes,
    },
    size,
    { ...box, scoreThreshold: input.scoreThreshold ?? box.scoreThreshold },
  );
}

/** The masks of the predicted classes, `[D · M · M]` probabilities in the order of the detections. */
function predictMasks(
  network: MaskRcnn,
  ops: TensorOps,
  maps: RoiMaps,
  { boxes, labels }: DetectedBoxes,
  image: number,
): { probabilities: Float32Array; size: number } {
  if (labels.length === 0) return { probabilities: new Float32Array(), size: 0 };
  const { rois, order } = inLevelOrder(boxes, image, maps);
  const [masks] = overRois(network.maskFeatures, ops, maps, rois, (features, first) => {
    const logits = network.mask.forward(ops, features);
    const ofRois = order.subarray(first, first + logits.shape[0]).map((detection) => labels[detection]);
    return [tf.sigmoid(selectChannel(undefined, logits, ofRois))];
  });
  const [, size] = masks.shape;
  const inRoiOrder = masks.dataSync<'float32'>();
  const probabilities = new Float32Array(inRoiOrder.length);
  for (const [roi, detection] of order.entries()) {
    const mask = inRoiOrder.subarray(roi * size * size, (roi + 1) * size * size);
    probabilities.set(mask, detection * size * size);
  }
  return { probabilities, size };
}

/** RoIs of one image in the order in which they are pooled, and which box each is. */
function inLevelOrder(
  boxes: Float32Array,
  image: number,
  { levels }: RoiMaps,
): { rois: Rois; order: Int32Array } {
  const order = levelOrder(boxes, levels.length);
  const all = { boxes, images: new Int32Array(boxes.length / 4).fill(image) };
  return { rois: selectRois(all, order), order };
}

/** Brings boxes and masks to the original image's pixels. */
function finishDetections(
  { boxes, scores, labels }: DetectedBoxes,
  masks: { readonly probabilities: Float32Array; readonly size: number },
  networkSize: ImageSize,
  original: ImageSize,
  classes: readonly string[],
): Detection[] {
  const inOriginal = scaleBoxes(boxes, scaleFactors(networkSize, original));
  const area = masks.size * masks.size;
  return Array.from(scores, (score, i) => {
    const [x1, y1, x2, y2] = inOriginal.subarray(4 * i, 4 * i + 4);
    const box: Box = [x1, y1, x2, y2];
    const probabilities = masks.probabilities.subarray(i * area, (i + 1) * area);
    const label = labels[i] - 1;
    const imageSize = { height: original.height, width: original.width };
    const mask = pasteMask(probabilities, masks.size, box, imageSize);
    return { box, label, category: classes[label], score, mask };
  });
}
