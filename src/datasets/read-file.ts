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
  const text = decodeText(bytes, file);
  return text.split('\n').map((line) => line.trim());
}

/**
 * The text of a file: in UTF-16 where it starts with that byte order mark, else in the encoding that its XML declaration
 * names, else in UTF-8.
 *
 * @throws UserError when the bytes aren't of that encoding, or nobody knows it
 */
export function decodeText(bytes: Uint8Array, file: string): string {
  const [first, second] = bytes;
  const utf16 =
    first === 0xff && second === 0xfe
      ? 'utf-16le'
      : first === 0xfe && second === 0xff
        ? 'utf-16be'
        : undefined;
  const head = String.fromCharCode(...bytes.subarray(0, 200));
  const [, declared = 'utf-8'] =
    /^(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(head) ?? [];
  // A declaration that can be read as bytes isn't of UTF-16, whatever it says.
  const encoding = utf16 ?? (/^utf-?16/i.test(declared) ? 'utf-8' : declared);
  try {
    // The decoder takes a byte order mark away.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    const reason =
      error instanceof RangeError ? `nobody knows its encoding ${encoding}` : `its bytes aren't ${encoding}`;
    throw new UserError(`${file} can't be read as text: ${reason}. Store it in UTF-8.`);
  }
}
