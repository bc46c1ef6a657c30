import type { ImageClassifier } from './classification/image-classifier.js';
import type { Detector } from './detection/detector.js';
import { taskOf } from './find-task.js';
import { findTrainedModel, type LoadOptions } from './trained-model.js';

/**
 * Loads a trained network: a {@link Detector} or an {@link ImageClassifier}, told apart by its `task`.
 *
 * @param target a weights file, the folder of a run, or a config file whose newest run is meant
 * @throws UserError when there is no such model or it is damaged, or the engine isn't installed
 */
export async function load(target: string, options: LoadOptions = {}): Promise<Detector | ImageClassifier> {
  const { config } = await findTrainedModel(target, options.overrides ?? []);
  return taskOf(config).load(target, options);
}
