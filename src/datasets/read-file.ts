import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../errors.js';
import { errorCode } from '../files.js';

/**
 * The bytes of a file, or `undefined` where there is none.
 *
 * @throws UserError when the file is there but can't be read.
 */
export async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UserError(`${file} can't be read: ${messageOf(error)}`);
  }
}
