import { UserError } from '../errors.js';
import type { Config } from './schema.js';

/** Value of a config's `task`. */
export type TaskName = Config['task'];

/** Config of a task. */
export type ConfigOf<Name extends TaskName> = Extract<Config, { readonly task: Name }>;

/** Networks of the tasks, as messages call them. */
export const networkNouns: Readonly<Record<TaskName, string>> = {
  'instance-segmentation': 'a detector',
  classification: 'a classifier',
};

/**
 * A config as one of the task that is needed.
 *
 * @param source name of the config in the message
 * @throws UserError when the config is of another task
 */
function requireTask<Name extends TaskName>(config: Config, task: Name, source: string): ConfigOf<Name> {
  if (isOfTask(config, task)) return config;
  throw new UserError(
    `${source}: is about ${networkNouns[config.task]} (task ${config.task}); ${networkNouns[task]} is needed here`,
  );
}

/** Config of a detector; see {@link requireTask}. */
export function requireDetection(config: Config, source: string): ConfigOf<'instance-segmentation'> {
  return requireTask(config, 'instance-segmentation', source);
}

/** Config of a classifier; see {@link requireTask}. */
export function requireClassification(config: Config, source: string): ConfigOf<'classification'> {
  return requireTask(config, 'classification', source);
}

function isOfTask<Name extends TaskName>(config: Config, task: Name): config is ConfigOf<Name> {
  const { task: own }: { readonly task: TaskName } = config;
  return own === task;
}
