import type { TaskName } from '../config/require-task.js';
import { classificationTask } from './classification/task.js';
import { detectionTask } from './detection/task.js';
import type { Task } from './task.js';

const tasks: readonly Task[] = [detectionTask, classificationTask];

/** Task of a config. This is the one place that tells tasks apart. */
export function taskOf(config: { readonly task: TaskName }): Task {
  const task = tasks.find(({ name }) => name === config.task);
  if (!task) throw new Error(`no task is called ${config.task}`);
  return task;
}
