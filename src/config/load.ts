import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';
import { messageOf, UserError } from '../errors.js';
import { parseConfig } from './parse.js';
import type { Config } from './schema.js';

/** What `import … from 'atto-maskrcnn'` means in a config file, wherever that lies. */
const configModule = fileURLToPath(import.meta.url).replace(/load(\.\w+)$/, 'define$1');

/**
 * Reads a config file (TypeScript, JavaScript or JSON) and what the command line adds to it.
 *
 * @param overrides `key.path=value`, each
 * @throws UserError when the file is missing, can't be evaluated or isn't a config
 */
export async function loadConfig(file: string, overrides: readonly string[]): Promise<Config> {
  return parseConfig(await readConfigFile(file), overrides, file);
}

async function readConfigFile(file: string): Promise<unknown> {
  const absolute = path.resolve(file);
  try {
    await access(absolute);
  } catch {
    throw new UserError(`${file}: there is no such config; configs/ holds the ones that come with atto`);
  }
  try {
    if (file.endsWith('.json')) return JSON.parse(await readFile(absolute, 'utf8'));
    const jiti = createJiti(import.meta.url, {
      alias: { 'atto-maskrcnn': configModule },
      fsCache: false,
      moduleCache: false,
    });
    return await jiti.import(absolute, { default: true });
  } catch (error) {
    throw new UserError(`${file}: can't be read as a config: ${messageOf(error)}`);
  }
}
