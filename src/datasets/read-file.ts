import { readFileSync } from 'node:fs';
import { messageOf, UserError } from '../errors.js';
import { errorCode } from '../files.js';

/**
 * The bytes of a file, or `undefined` where there is none. The thread waits for them: those that read samples do nothing
 * else, and handing small files to other threads costs more than reading them.
 *
 * @throws UserError when the file is there but can't be read.
 */
export function readIfThere(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UserError(`${file} can't be read: ${messageOf(error)}`);
  }
}

/**
 * The lines of a text file without the blanks at their ends; `undefined` where there is no such file.
 *
 * @throws UserError when the file is there but can't be read.
 */
export function readLines(file: string): string[] | undefined {
  const bytes = readIfThere(file);
  if (bytes === undefined) return undefined;
  // The decoder takes a byte order mark away.
  const text = new TextDecoder().decode(bytes);
  return text.split('\n').map((line) => line.trim());
}
