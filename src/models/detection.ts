import { tf } from '../engine/tf.js';
import { boxAt } from '../geometry/boxes.js';
import type { ImageSize } from '../geometry/image-size.js';
import type { Detection } from '../geometry/instance.js';
import { pasteMask } from '../heads/mask-pasting.js';
import { type DetectedBoxes, selectDetections } from '../heads/post-processing.js';
import type { TensorOps } from '../nn/tensor-ops.js';
import { overRois } from '../roi/features.js';
import { levelOrder, type RoiMaps, roiMaps, selectRois } from '../roi/roi-align.js';
import { proposeRegions, rpnInput } from '../rpn/proposals.js';
import { featureMaps, type MaskRcnn } from './mask-rcnn.js';
import { type Pixels, scaleBoxes, scaleFactors, transformImages } from './transform.js';

/** Size of the network's input, and what becomes a detection. */
export interface DetectionInput {
  readonly shorterSide: number;
  readonly longerSide: number;
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Detections that score at most this are dropped; the config's `model.box.scoreThreshold` by default. */
  readonly scoreThreshold?: number;
}

/**
 * Finds objects in a batch of images, which may have different sizes.
 *
 * Images are padded at the right and at the bottom to the size of the batch, a multiple of 32, as in torchvision.
 * Where an image alone would be padded to the same size, its detections are those that it has alone, up to rounding.
 * Where the batch is larger, they differ slightly, as in torchvision: at an image's right and bottom border,
 * convolutions see what earlier ones have made of the padding instead of zeros; and the places of P6's anchors follow
 * from the padded size. Nothing is found in the padding: boxes are clipped to their image.
 *
 * @returns each image's detections by falling score, in pixels of the original image
 */
export function detectObjects(
  network: MaskRcnn,
  ops: TensorOps,
  images: readonly Pixels[],
  input: DetectionInput,
): Detection[][] {
  return withTensors(() => {
    const batch = transformImages(images, input);
    const maps = featureMaps(network, ops, batch.images);
    const { preNmsTopK, postNmsTopK, nmsThreshold } = network.settings.rpn;
    const proposals = proposeRegions(network.rpn, ops, rpnInput(network.rpn, maps, batch), {
      preNmsTopK: preNmsTopK.test,
      postNmsTopK: postNmsTopK.test,
      nmsThreshold,
    });
    const { count, stride } = network.roiLevels;
    const pooled = roiMaps(ops.tape, maps.slice(0, count), stride);
    return images.map((image, i) => {
      const inBatch: ImageInBatch = { network, ops, maps: pooled, index: i, size: batch.sizes[i] };
      const boxes = detectBoxes(inBatch, proposals[i], input.scoreThreshold);
      const masks = predictMasks(inBatch, boxes);
      const scaled = scaleBoxes(boxes.boxes, scaleFactors(batch.sizes[i], image));
      return Array.from(boxes.scores, (score, d): Detection => {
        const box = boxAt(scaled, d);
        const label = boxes.labels[d] - 1;
        const mask = pasteMask(masks.of(d), masks.size, box, { height: image.height, width: image.width });
        return { box, label, category: input.classes[label], score, mask };
      });
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

/** One image of a batch whose maps are there. */
interface ImageInBatch {
  readonly network: MaskRcnn;
  readonly ops: TensorOps;
  readonly maps: RoiMaps;
  readonly index: number;
  /** In the network's input, without padding. */
  readonly size: ImageSize;
}

/** Runs the box head on an image's proposals. */
function detectBoxes(
  { network, ops, maps, index, size }: ImageInBatch,
  proposals: Float32Array,
  scoreThreshold = network.settings.box.scoreThreshold,
): DetectedBoxes {
  const rois = roisOfImage(proposals, index, levelOrder(proposals, maps.levels.length));
  if (rois.images.length === 0) {
    return { boxes: new Float32Array(), scores: new Float32Array(), labels: new Int32Array() };
  }
  const source = { ops, maps, features: network.boxFeatures };
  const [probabilities, offsets] = overRois(source, rois, (features) => {
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
    { ...network.settings.box, scoreThreshold },
  );
}

/** Predicted masks of an image. */
interface PredictedMasks {
  /** M */
  readonly size: number;
  /** Probabilities `[M · M]` of the class of detection `i`. */
  of(i: number): Float32Array;
}

/** Runs the mask head on an image's detections. */
function predictMasks(
  { network, ops, maps, index }: ImageInBatch,
  { boxes, labels }: DetectedBoxes,
): PredictedMasks {
  if (labels.length === 0) return { size: 0, of: () => new Float32Array() };
  const order = levelOrder(boxes, maps.levels.length);
  const source = { ops, maps, features: network.maskFeatures };
  const [masks] = overRois(source, roisOfImage(boxes, index, order), (features, first) => {
    const logits = network.mask.forward(ops, features);
    const ofRois = order.subarray(first, first + logits.shape[0]).map((detection) => labels[detection]);
    return [tf.sigmoid(ops.selectChannel(logits, ofRois))];
  });
  const [, size] = masks.shape;
  const probabilities = masks.dataSync<'float32'>();
  return {
    size,
    of: (i) => {
      const roi = order.indexOf(i);
      return probabilities.subarray(roi * size * size, (roi + 1) * size * size);
    },
  };
}

/** RoIs of one image in the order in which they are pooled. */
function roisOfImage(boxes: Float32Array, image: number, order: Int32Array) {
  return selectRois({ boxes, images: new Int32Array(boxes.length / 4).fill(image) }, order);
}
