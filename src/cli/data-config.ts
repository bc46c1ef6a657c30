import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { resolveClasses } from '../datasets/resolve-classes.js';

/** Reads a config as `loadConfig` does, with the classes that its data names where it names none itself. */
export async function loadDataConfig(file: string, overrides: readonly string[]): Promise<Config> {
  const config = await loadConfig(file, overrides);
  return { ...config, data: await resolveClasses(config.data) };
}
