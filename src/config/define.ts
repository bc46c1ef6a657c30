import type { ConfigInput } from './schema.js';

export { vocClasses } from './voc-classes.js';

/** What a config file exports by default; returns it as it is, with its type checked by the editor. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}
