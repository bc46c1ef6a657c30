import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { resolveClasses } from '../datasets/formats.js';

/** Reads a config as `loadConfig` does; where it names no classes, they are those that its data names. */
export async function loadDataConfig(file: string, overrides: readonly string[]): Promise<Config> {
  return withClasses(await loadConfig(file, overrides));
}

/** The config with the classes that its data names, where it names none itself. */
export async function withClasses(config: Config): Promise<Config> {
  return { ...config, data: await resolveClasses(config.data) };
}
