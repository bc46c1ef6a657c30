import path from 'node:path';
import { requireDetection } from '../../config/require-task.js';
import type { DetectionConfig } from '../../config/schema.js';
import { writtenResult } from '../../datasets/coco/results.js';
import { commonSettings } from '../../datasets/dataset-format.js';
import { classesOf } from '../../datasets/formats.js';
import { decodeImage } from '../../datasets/images/decode-image.js';
import { asSeen, asStored } from '../../datasets/images/decode-rgb.js';
import type { OrientationPolicy } from '../../datasets/images/orientation.js';
import type { RgbImage } from '../../datasets/sample.js';
import { drawDetections } from '../../drawing/draw-detections.js';
import { loadEngine } from '../../engine/load.js';
import { UserError } from '../../errors.js';
import { paddedSize, resizedSize } from '../../geometry/image-size.js';
import type { Detection } from '../../geometry/instance.js';
import { detectObjects } from '../../models/detection.js';
import { buildMaskRcnn, type MaskRcnn } from '../../models/mask-rcnn.js';
import { TensorOps } from '../../nn/tensor-ops.js';
import { Weights } from '../../nn/weights.js';
import { loadWeights } from '../../weights/model-file.js';
import type { Predictor, PredictorOptions } from '../predictor.js';
import {
  findTrainedModel,
  type ImageSource,
  isImageList,
  type LoadOptions,
  requireImageSource,
} from '../trained-model.js';

export interface DetectOptions {
  /** Minimum score of a detection, exclusive, from 0 to 1. The config's `model.box.scoreThreshold` by default: 0.05. */
  readonly score?: number | undefined;
  /** Ends the detection after the images at hand: the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A trained Mask R-CNN that finds objects in images. Its memory is not garbage collected: declare it with `using`, or call
 * {@link Detector.dispose}.
 *
 *     using detector = await Detector.load('weights.safetensors');
 *     for (const { category, score, box, mask } of await detector.detect('street.jpg')) …
 */
export class Detector {
  readonly task = 'instance-segmentation';
  readonly config: DetectionConfig;
  /** Names of the classes; a detection's `label` is an index into them. */
  readonly classes: readonly string[];
  readonly #network: MaskRcnn;
  readonly #weights: Weights;
  readonly #ops: TensorOps;
  #isDisposed = false;

  private constructor(config: DetectionConfig, network: MaskRcnn, weights: Weights) {
    this.config = config;
    this.classes = classesOf(config.data);
    this.#network = network;
    this.#weights = weights;
    this.#ops = new TensorOps(weights);
  }

  /**
   * Loads a detector.
   *
   * @param target a weights file, the folder of a run, or a config file whose newest run is meant
   * @throws UserError when there is no such model, it is damaged or no detector, or the engine isn't installed
   */
  static async load(target: string, { overrides = [], ...engine }: LoadOptions = {}): Promise<Detector> {
    const found = await findTrainedModel(target, overrides);
    const config = requireDetection(found.config, target);
    const { threads = config.threads, precision = config.precision } = engine;
    await loadEngine({ threads, precision });
    const network = buildMaskRcnn(config.model, classesOf(config.data).length);
    const weights = new Weights(network.parameters, config.seed);
    try {
      await loadWeights(found.weights, weights);
    } catch (error) {
      weights.dispose();
      throw error;
    }
    return new Detector(config, network, weights);
  }

  /**
   * Finds objects in an image, or in several.
   *
   * Images of a list that follow each other and have the same padded size in the network are detected in one forward pass,
   * up to 4 at a time. The detections are those of each image alone, up to rounding in float32.
   *
   * @returns detections by falling score, in pixels of the image as its EXIF orientation turns it, or as they are stored
   * where that is what the model was trained on (`data.orientation`); a list of images gets a list of detections for each
   * @throws UserError when an image can't be read
   */
  detect(image: ImageSource, options?: DetectOptions): Promise<Detection[]>;
  detect(images: readonly ImageSource[], options?: DetectOptions): Promise<Detection[][]>;
  async detect(
    source: ImageSource | readonly ImageSource[],
    options: DetectOptions = {},
  ): Promise<Detection[] | Detection[][]> {
    if (isImageList(source)) return this.#detectAll(source, options);
    const [detections] = await this.#detectAll([source], options);
    return detections;
  }

  /** Frees the detector's memory. */
  dispose(): void {
    this.#isDisposed = true;
    this.#ops.dispose();
    this.#weights.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async #detectAll(
    sources: readonly ImageSource[],
    { score, signal }: DetectOptions,
  ): Promise<Detection[][]> {
    requireScore(score);
    signal?.throwIfAborted();
    for (const source of sources) requireImageSource(source);
    const found: Detection[][] = [];
    let batch: RgbImage[] = [];
    const detectBatch = (): void => {
      if (batch.length > 0) found.push(...this.#detectBatch(batch, score));
      batch = [];
    };
    for (const source of sources) {
      signal?.throwIfAborted();
      const image =
        typeof source === 'string' || source instanceof Uint8Array
          ? await decodeImage(source, orientationOf(this.config))
          : source;
      if (batch.length === largestBatch || (batch.length > 0 && !this.#batchesWith(batch[0], image))) {
        detectBatch();
        // Lets an abort come through between two batches.
        await new Promise(setImmediate);
        signal?.throwIfAborted();
      }
      batch.push(image);
    }
    detectBatch();
    return found;
  }

  #detectBatch(images: readonly RgbImage[], score: number | undefined): Detection[][] {
    if (this.#isDisposed) throw new Error('the detector is disposed: load it again');
    const { shorterSide, longerSide } = this.config.input;
    return detectObjects(this.#network, this.#ops, images, {
      shorterSide,
      longerSide,
      classes: this.classes,
      ...(score !== undefined && { scoreThreshold: score }),
    });
  }

  /** Whether two images have the same padded size, so that a batch of both gives the same detections as each alone. */
  #batchesWith(a: RgbImage, b: RgbImage): boolean {
    const { shorterSide, longerSide } = this.config.input;
    const [first, second] = [a, b].map((image) => paddedSize(resizedSize(image, shorterSide, longerSide)));
    return first.height === second.height && first.width === second.width;
  }
}

/** @throws UserError for a score that isn't from 0 to 1 */
function requireScore(score: number | undefined): void {
  if (score === undefined || (score >= 0 && score <= 1)) return;
  throw new UserError(`score ${score}: must be a number from 0 to 1`);
}

/** Policy for images that aren't annotated: as those that the model was trained on. */
function orientationOf({ data }: DetectionConfig): OrientationPolicy {
  return commonSettings(data).orientation === 'stored' ? asStored : asSeen;
}

/** Maximum number of images per forward pass, so that memory stays bounded. */
const largestBatch = 4;

/** Loads a detector that predicts for files: detections in COCO's results format, and images with them drawn. */
export async function detectionPredictor(
  target: string,
  { score = 0.5, ...options }: PredictorOptions,
): Promise<Predictor> {
  requireScore(score);
  const detector = await Detector.load(target, options);
  return {
    resultsFile: 'detections.json',
    describeResults: (results, images) => `${counted(results, 'detection')} in ${counted(images, 'image')}`,
    read: async (file) => {
      const image = await decodeImage(file, orientationOf(detector.config));
      return async () => {
        const detections = await detector.detect(image, { score });
        return {
          results: detections.map((detection) => writtenResult(path.parse(file).name, detection)),
          summary: summarize(detections),
          picture: () => drawDetections(image, detections),
        };
      };
    },
    dispose: () => detector.dispose(),
  };
}

/** Detections in words, such as `3 detections: 2 person, 1 dog`. */
function summarize(detections: readonly Detection[]): string {
  const counts = new Map<string, number>();
  for (const { category } of detections) counts.set(category, (counts.get(category) ?? 0) + 1);
  const classes = [...counts].map(([category, count]) => `${count} ${category}`);
  const total = counted(detections.length, 'detection');
  return classes.length === 0 ? total : `${total}: ${classes.join(', ')}`;
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
