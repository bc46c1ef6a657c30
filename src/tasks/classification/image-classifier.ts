import path from 'node:path';
import { requireClassification } from '../../config/require-task.js';
import type { ClassificationConfig } from '../../config/schema.js';
import { classesOf } from '../../datasets/formats.js';
import { centerCropResize } from '../../datasets/images/crop.js';
import { decodeSeen } from '../../datasets/images/decode-image.js';
import type { RgbImage } from '../../datasets/sample.js';
import { loadEngine } from '../../engine/load.js';
import { UserError } from '../../errors.js';
import { mostProbable, softmax } from '../../metrics/classification-metrics.js';
import { percent } from '../../metrics/metric-value.js';
import { classifyImages } from '../../models/classification.js';
import { type ClassifierNetwork, configuredClassifier } from '../../models/classifier.js';
import { TensorOps } from '../../nn/tensor-ops.js';
import { Weights } from '../../nn/weights.js';
import { loadWeights } from '../../weights/model-file.js';
import type { Predictor, PredictorOptions, WrittenPrediction } from '../predictor.js';
import {
  findTrainedModel,
  type ImageSource,
  isImageList,
  type LoadOptions,
  requireImageSource,
} from '../trained-model.js';

/** A class that an image may show. */
export interface Classification {
  /** Index into the model's classes. */
  readonly label: number;
  /** Name of the class. */
  readonly category: string;
  /** 0 to 1. */
  readonly probability: number;
}

export interface ClassifyOptions {
  /** Maximum number of classes per image, 5 by default. */
  readonly top?: number | undefined;
  /** Ends the classification after the images at hand: the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Images per forward pass, which all have the size of the network's input. */
const batchSize = 32;

/**
 * A trained classifier that tells what images show. Its memory is not garbage collected: declare it with `using`, or call
 * {@link ImageClassifier.dispose}.
 *
 *     using classifier = await ImageClassifier.load('weights.safetensors');
 *     const [{ category, probability }] = await classifier.classify('street.jpg');
 */
export class ImageClassifier {
  readonly task = 'classification';
  readonly config: ClassificationConfig;
  /** Names of the classes; a `label` is an index into them. */
  readonly classes: readonly string[];
  readonly #network: ClassifierNetwork;
  readonly #weights: Weights;
  readonly #ops: TensorOps;
  #isDisposed = false;

  private constructor(config: ClassificationConfig, network: ClassifierNetwork, weights: Weights) {
    this.config = config;
    this.classes = classesOf(config.data);
    this.#network = network;
    this.#weights = weights;
    this.#ops = new TensorOps(weights);
  }

  /**
   * Loads a classifier.
   *
   * @param target a weights file, the folder of a run, or a config file whose newest run is meant
   * @throws UserError when there is no such model, it is damaged or no classifier, or the engine isn't installed
   */
  static async load(
    target: string,
    { overrides = [], ...engine }: LoadOptions = {},
  ): Promise<ImageClassifier> {
    const found = await findTrainedModel(target, overrides);
    const config = requireClassification(found.config, target);
    const { threads = config.threads, precision = config.precision } = engine;
    await loadEngine({ threads, precision });
    const { model, data, seed } = config;
    const network = configuredClassifier(model, classesOf(data).length);
    const weights = new Weights(network.parameters, seed);
    try {
      await loadWeights(found.weights, weights);
    } catch (error) {
      weights.dispose();
      throw error;
    }
    return new ImageClassifier(config, network, weights);
  }

  /**
   * Tells what an image, or each of several, shows in the square at its center.
   *
   * @returns the most probable classes by falling probability; a list of images gets a list of classes for each
   * @throws UserError when an image can't be read
   */
  classify(image: ImageSource, options?: ClassifyOptions): Promise<Classification[]>;
  classify(images: readonly ImageSource[], options?: ClassifyOptions): Promise<Classification[][]>;
  async classify(
    source: ImageSource | readonly ImageSource[],
    options: ClassifyOptions = {},
  ): Promise<Classification[] | Classification[][]> {
    if (isImageList(source)) return this.#classifyAll(source, options);
    const [classes] = await this.#classifyAll([source], options);
    return classes;
  }

  /** Frees the classifier's memory. */
  dispose(): void {
    this.#isDisposed = true;
    this.#ops.dispose();
    this.#weights.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async #classifyAll(
    sources: readonly ImageSource[],
    { top = 5, signal }: ClassifyOptions,
  ): Promise<Classification[][]> {
    if (!Number.isInteger(top) || top < 1) throw new UserError(`top ${top}: must be a whole number from 1`);
    signal?.throwIfAborted();
    for (const source of sources) requireImageSource(source);
    const found: Classification[][] = [];
    for (let first = 0; first < sources.length; first += batchSize) {
      const seen: RgbImage[] = [];
      for (const source of sources.slice(first, first + batchSize)) {
        signal?.throwIfAborted();
        seen.push(await decodeSeen(source, (size) => centerCropResize(size, this.config.input)));
      }
      if (this.#isDisposed) throw new Error('the classifier is disposed: load it again');
      const logits = classifyImages(this.#network, this.#ops, seen);
      found.push(...logits.map((values) => this.#mostProbable(values, top)));
      // Lets an abort come through between two batches.
      await new Promise(setImmediate);
    }
    return found;
  }

  #mostProbable(logits: Float32Array, top: number): Classification[] {
    const probabilities = softmax(logits);
    return mostProbable(probabilities, this.classes.length, top).map((label) => ({
      label,
      category: this.classes[label],
      probability: probabilities[label],
    }));
  }
}

/** Loads a classifier that predicts for files: the five most probable classes of each. */
export async function classificationPredictor(
  target: string,
  { score, ...options }: PredictorOptions,
): Promise<Predictor> {
  if (score !== undefined) {
    throw new UserError(
      `score: ${target} is a classifier's, whose most probable classes are given as they are`,
    );
  }
  const classifier = await ImageClassifier.load(target, options);
  return {
    resultsFile: 'predictions.json',
    describeResults: (_, images) => `${images} image${images === 1 ? '' : 's'}`,
    read: async (file) => {
      const classes = await classifier.classify(file);
      return async () => ({ results: [written(file, classes)], summary: summarize(classes) });
    },
    dispose: () => classifier.dispose(),
  };
}

function written(file: string, classes: readonly Classification[]): WrittenPrediction {
  return {
    image_id: path.parse(file).name,
    file,
    predictions: classes.map(({ label, category, probability }) => ({
      category_id: label + 1,
      category,
      probability,
    })),
  };
}

/** Classes in words, such as `star 97.1 %, circle 1.2 %`. */
function summarize(classes: readonly Classification[]): string {
  return classes.map(({ category, probability }) => `${category} ${percent(probability)} %`).join(', ');
}
