import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { createJiti } from 'jiti';
import { messageOf, UserError } from '../errors.js';
import * as define from './define.js';
import type { ConfigOverrides } from './overrides.js';
import { parseConfig } from './parse.js';
import type { Config } from './schema.js';

/**
 * Reads a config file in TypeScript, JavaScript or JSON, and resolves it with its overrides.
 *
 * @throws UserError when the file is missing, can't be evaluated or isn't a config
 */
export async function loadConfig(file: string, overrides: ConfigOverrides = []): Promise<Config> {
  return parseConfig(await readConfigFile(file), overrides, file);
}

async function readConfigFile(file: string): Promise<unknown> {
  const absolute = path.resolve(file);
  const entry = await stat(absolute).catch(() => undefined);
  if (!entry)
    throw new UserError(`${file}: there is no such config; configs/ holds the ones that come with atto`);
  if (entry.isDirectory()) throw new UserError(`${file}: is a folder; a config is a file, such as config.ts`);
  try {
    if (file.endsWith('.json')) return JSON.parse(await readFile(absolute, 'utf8'));
    const provided = { ...define, UserError };
    const jiti = createJiti(import.meta.url, {
      // Found wherever the file lies; other entries of the package are those that its folder has installed.
      virtualModules: { 'atto-maskrcnn': provided, 'atto-maskrcnn/config': provided },
      fsCache: false,
      moduleCache: false,
    });
    return await jiti.import(absolute, { default: true });
  } catch (error) {
    throw new UserError(`${file}: can't be read as a config: ${messageOf(error)}`);
  }
}
