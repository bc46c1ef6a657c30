/** Configs: writing, reading and overriding them. */
export { defineConfig, vocClasses } from '../config/define.js';
export type { ConfigOverrides, DeepPartial } from '../config/overrides.js';
export type { ClassificationConfig, Config, ConfigInput, DetectionConfig } from '../config/schema.js';
export { type ConfigSource, readConfig } from '../tasks/read-config.js';
