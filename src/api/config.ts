/** Configs: writing, reading and overriding them. */
export { defineConfig, vocClasses } from '../config/define.js';
export { loadConfig } from '../config/load.js';
export type { ConfigOverrides, DeepPartial } from '../config/overrides.js';
export { parseConfig } from '../config/parse.js';
export type { ClassificationConfig, Config, ConfigInput, DetectionConfig } from '../config/schema.js';
