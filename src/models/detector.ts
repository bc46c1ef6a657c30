import { requireDetection } from '../config/require-task.js';
import type { DetectionConfig } from '../config/schema.js';
import { classesOf } from '../datasets/formats.js';
import { decodeImage } from '../datasets/images/decode-image.js';
import type { RgbImage } from '../datasets/sample.js';
import { type EngineOptions, loadEngine } from '../engine/load.js';
import type { Detection } from '../geometry/instance.js';
import { TensorOps } from '../nn/tensor-ops.js';
import { Weights } from '../nn/weights.js';
import { loadWeights, readModelConfig } from '../weights/model-file.js';
import { detectObjects } from './detection.js';
import { buildMaskRcnn, type MaskRcnn } from './mask-rcnn.js';

/** How the engine computes, and what of the model's config is changed. */
export interface LoadOptions extends EngineOptions {
  /** `key.path=value`, each, such as `input.shorterSide=400`. */
  readonly overrides?: readonly string[];
}

/**
 * A trained Mask R-CNN, ready to find objects in photographs.
 *
 *     const model = await Detector.load('weights.safetensors');
 *     for (const { category, score, box, mask } of await model.detect('photo.jpg')) …
 */
export class Detector {
  readonly config: DetectionConfig;
  /** Names of the classes; a detection's `label` is an index into them. */
  readonly classes: readonly string[];
  readonly #network: MaskRcnn;
  readonly #weights: Weights;
  readonly #ops: TensorOps;

  private constructor(config: DetectionConfig, network: MaskRcnn, weights: Weights) {
    this.config = config;
    this.classes = classesOf(config.data);
    this.#network = network;
    this.#weights = weights;
    this.#ops = new TensorOps(weights);
  }

  /**
   * Loads a weights file, which holds its config.
   *
   * @throws UserError when the file is missing, damaged or not of a detector of atto's, or the engine isn't installed
   */
  static async load(file: string, options: LoadOptions = {}): Promise<Detector> {
    const config = requireDetection(await readModelConfig(file, options.overrides), file);
    const { threads = config.threads, precision = config.precision } = options;
    await loadEngine({ threads, precision });
    const network = buildMaskRcnn(config.model, classesOf(config.data).length);
    const weights = new Weights(network.parameters, config.seed);
    try {
      await loadWeights(file, weights);
    } catch (error) {
      weights.dispose();
      throw error;
    }
    return new Detector(config, network, weights);
  }

  /**
   * Finds objects in a photograph.
   *
   * @param image a file's path, its bytes, or pixels
   * @param options `score`: detections that score at most this are dropped, 0.05 by default
   * @returns detections by falling score, in pixels of the photograph (as turned by its EXIF orientation)
   * @throws UserError when the image can't be read
   */
  async detect(
    image: string | Uint8Array | RgbImage,
    { score }: { readonly score?: number } = {},
  ): Promise<Detection[]> {
    const decoded =
      typeof image === 'string' || image instanceof Uint8Array ? await decodeImage(image) : image;
    const { shorterSide, longerSide } = this.config.input;
    const [detections] = detectObjects(this.#network, this.#ops, [decoded], {
      shorterSide,
      longerSide,
      classes: this.classes,
      ...(score !== undefined && { scoreThreshold: score }),
    });
    return detections;
  }

  /** Frees the model's memory. */
  dispose(): void {
    this.#ops.dispose();
    this.#weights.dispose();
  }
}
