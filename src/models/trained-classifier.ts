import { requireClassification } from '../config/require-task.js';
import type { ClassificationConfig } from '../config/schema.js';
import { classesOf } from '../datasets/formats.js';
import { centerCropResize } from '../datasets/images/crop.js';
import { decodeSeen } from '../datasets/images/decode-image.js';
import type { RgbImage } from '../datasets/sample.js';
import { loadEngine } from '../engine/load.js';
import { mostProbable, softmax } from '../metrics/classification-metrics.js';
import { TensorOps } from '../nn/tensor-ops.js';
import { Weights } from '../nn/weights.js';
import { loadWeights, readModelConfig } from '../weights/model-file.js';
import { classifyImages } from './classification.js';
import { type ClassifierNetwork, configuredClassifier } from './classifier.js';
import type { LoadOptions } from './detector.js';

/** What an image may show. */
export interface Classification {
  /** An index into the model's classes. */
  readonly label: number;
  /** The class's name. */
  readonly category: string;
  /** 0 to 1. */
  readonly probability: number;
}

/**
 * A trained classifier, ready to say what photographs show.
 *
 *     const model = await ImageClassifier.load('weights.safetensors');
 *     const [{ category, probability }] = await model.classify('photo.jpg');
 */
export class ImageClassifier {
  readonly config: ClassificationConfig;
  /** Names of the classes; a `label` is an index into them. */
  readonly classes: readonly string[];
  readonly #network: ClassifierNetwork;
  readonly #weights: Weights;
  readonly #ops: TensorOps;

  private constructor(config: ClassificationConfig, network: ClassifierNetwork, weights: Weights) {
    this.config = config;
    this.classes = classesOf(config.data);
    this.#network = network;
    this.#weights = weights;
    this.#ops = new TensorOps(weights);
  }

  /**
   * Loads a weights file, which holds its config.
   *
   * @throws UserError when the file is missing, damaged or not of a classifier of atto's, or the engine isn't installed
   */
  static async load(file: string, options: LoadOptions = {}): Promise<ImageClassifier> {
    const config = requireClassification(await readModelConfig(file, options.overrides), file);
    const { threads = config.threads, precision = config.precision } = options;
    await loadEngine({ threads, precision });
    const { model, data, seed } = config;
    const network = configuredClassifier(model, classesOf(data).length);
    const weights = new Weights(network.parameters, seed);
    try {
      await loadWeights(file, weights);
    } catch (error) {
      weights.dispose();
      throw error;
    }
    return new ImageClassifier(config, network, weights);
  }

  /**
   * Says what a photograph shows: what lies in the square in its middle.
   *
   * @param image a file's path, its bytes, or pixels
   * @param options `top`: how many classes are given, 5 by default
   * @returns the most probable classes, falling
   * @throws UserError when the image can't be read
   */
  async classify(
    image: string | Uint8Array | RgbImage,
    { top = 5 }: { readonly top?: number } = {},
  ): Promise<Classification[]> {
    const seen = await decodeSeen(image, (photograph) => centerCropResize(photograph, this.config.input));
    const [logits] = classifyImages(this.#network, this.#ops, [seen]);
    const probabilities = softmax(logits);
    return mostProbable(probabilities, this.classes.length, top).map((label) => ({
      label,
      category: this.classes[label],
      probability: probabilities[label],
    }));
  }

  /** Frees the model's memory. */
  dispose(): void {
    this.#ops.dispose();
    this.#weights.dispose();
  }
}
