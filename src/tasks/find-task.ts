import type { TaskName } from '../config/require-task.js';
import type { ImageClassifier } from './classification/image-classifier.js';
import { classificationTask } from './classification/task.js';
import type { Detector } from './detection/detector.js';
import { detectionTask } from './detection/task.js';
import type { Task } from './task.js';
import { findTrainedModel, type LoadOptions } from './trained-model.js';

const tasks: readonly Task[] = [detectionTask, classificationTask];

/** Task of a config. This is the one place that tells tasks apart. */
export function taskOf(config: { readonly task: TaskName }): Task {
  const task = tasks.find(({ name }) => name === config.task);
  if (!task) throw new Error(`no task is called ${config.task}`);
  return task;
}

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
