import type { ConfigOverrides } from '../config/overrides.js';
import { parseSavedConfig } from '../config/parse.js';
import type { Config } from '../config/schema.js';
import { UserError } from '../errors.js';
import { openTensors } from './open.js';
import type { TensorFile } from './tensor-file.js';

/**
 * Reads the config in a weights file, and nothing else of it.
 *
 * @param overrides each as `key.path=value`
 * @throws UserError when there is no such file, when it holds no config, or when an override doesn't fit
 */
export async function readModelConfig(file: string, overrides: ConfigOverrides = []): Promise<Config> {
  const source = await openTensors(file);
  try {
    return configOf(source, overrides);
  } finally {
    await source.close();
  }
}

function configOf({ file, metadata }: TensorFile, overrides: ConfigOverrides): Config {
  const { config } = metadata;
  if (config === undefined) {
    throw new UserError(
      `${file}: holds tensors but no config, so it wasn't written by atto; bring it in with: atto import`,
    );
  }
  return parseSavedConfig(JSON.parse(config), overrides, file);
}
