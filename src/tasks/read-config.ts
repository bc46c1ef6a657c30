import path from 'node:path';
import { loadConfig } from '../config/load.js';
import type { ConfigOverrides } from '../config/overrides.js';
import { parseConfig } from '../config/parse.js';
import type { Config, ConfigInput } from '../config/schema.js';
import { taskOf } from './find-task.js';

/** A config file by its path, or the content of one. */
export type ConfigSource = string | ConfigInput | Config;

/** Name of a config: its file's without the extension. */
export function nameOfConfig(source: ConfigSource): string {
  return typeof source === 'string' ? path.parse(source).name : 'run';
}

/**
 * Resolves a config with its overrides, and reads the classes from its data where it names none.
 *
 * @throws UserError when the config can't be read or is wrong, or its data doesn't name its classes
 */
export async function readDataConfig(source: ConfigSource, overrides: ConfigOverrides = []): Promise<Config> {
  return withClasses(await readConfig(source, overrides));
}

/**
 * Resolves a config with its overrides.
 *
 * @throws UserError when it can't be read or is wrong
 */
export async function readConfig(source: ConfigSource, overrides: ConfigOverrides = []): Promise<Config> {
  return typeof source === 'string'
    ? loadConfig(source, overrides)
    : parseConfig(source, overrides, 'the config');
}

/** Config with the classes that its data names, where it names none itself. */
export function withClasses(config: Config): Promise<Config> {
  return taskOf(config).resolve(config);
}
