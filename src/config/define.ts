import type { ConfigInput } from './schema.js';

export { vocClasses } from '../datasets/voc/classes.js';

/** Types the default export of a config file, so that editors check and complete it. Returns it as it is. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}
