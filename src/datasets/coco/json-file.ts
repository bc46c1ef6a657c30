import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../../errors.js';
import { errorCode } from '../../files.js';

/**
 * Reads a JSON file. Python writes numbers that aren't finite as `NaN` and `Infinity`, which isn't JSON; they become
 * NaN here, so that whoever checks the object can say where it is.
 *
 * @throws UserError where there is no such file, it can't be read, is cut off, or isn't JSON
 */
export async function readJsonFile(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    const notFinite = parseWithNaN(text);
    if (notFinite !== undefined) return notFinite;
    throw new UserError(explain(file, text, messageOf(error)));
  }
}

async function readText(file: string): Promise<string> {
  try {
    // A byte order mark is no part of the text.
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such file',
      EISDIR: 'this is a folder, not a JSON file',
      ERR_STRING_TOO_LONG:
        'the file is larger than 512 MiB, too large to be read at once; split it by images',
    };
    throw new UserError(`${file}: ${reasons[errorCode(error) ?? ''] ?? messageOf(error)}`);
  }
}

const quoted = '\uE000NaN';

function parseWithNaN(text: string): unknown {
  const value = /(?<=[:[,]\s*)(?:NaN|-?Infinity)(?=\s*[,\]}])/g;
  const mended = text.replace(value, JSON.stringify(quoted));
  if (mended === text) return undefined;
  try {
    return JSON.parse(mended, (_, parsed) => (parsed === quoted ? Number.NaN : parsed));
  } catch {
    return undefined;
  }
}

function explain(file: string, text: string, message: string): string {
  if (text.trim() === '') return `${file} is empty; it should hold JSON`;
  const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
  const end = text.trimEnd().length;
  if (/end of JSON|Unterminated/.test(message) || position >= end) {
    return `${file} is cut off: the JSON ends in the middle, after ${end} characters. Write or copy it again.`;
  }
  const line = text.slice(0, position).split('\n').length;
  const nearby = text.slice(Math.max(0, position - 20), position + 20).replace(/\s+/g, ' ');
  return `${file} isn't JSON: line ${line}, character ${position}, near "${nearby}"`;
}
