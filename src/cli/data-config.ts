import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { resolveLabeledClasses } from '../datasets/image-folder/open.js';
import { resolveClasses } from '../datasets/resolve-classes.js';

/** Reads a config as `loadConfig` does; where it names no classes, they are those that its data names. */
export async function loadDataConfig(file: string, overrides: readonly string[]): Promise<Config> {
  return withClasses(await loadConfig(file, overrides));
}

/** The config with the classes that its data names, where it names none itself. */
export async function withClasses(config: Config): Promise<Config> {
  if (config.task === 'classification') {
    return { ...config, data: await resolveLabeledClasses(config.data) };
  }
  return { ...config, data: await resolveClasses(config.data) };
}
