import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../errors.js';
import { errorCode } from '../files.js';
import { foreignXml } from './annotation-tools.js';

/**
 * Reads a JSON file. Python writes numbers that aren't finite as `NaN` and `Infinity`, which isn't JSON; they are read
 * all the same, so that whoever checks the object can say where it is.
 *
 * @throws UserError where there is no such file, it can't be read, is cut off, or isn't JSON
 */
export async function readJsonFile(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    const notFinite = parseNotFinite(text);
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

/** Marks texts that stand for numbers. */
const mark = '\uE000';

function parseNotFinite(text: string): unknown {
  const value = /(?<=[:[,]\s*)(?:NaN|-?Infinity)(?=\s*[,\]}])/g;
  const mended = text.replace(value, (number) => JSON.stringify(mark + number));
  if (mended === text) return undefined;
  const revive = (_: string, parsed: unknown): unknown =>
    typeof parsed === 'string' && parsed.startsWith(mark) ? Number(parsed.slice(mark.length)) : parsed;
  try {
    return JSON.parse(mended, revive);
  } catch {
    return undefined;
  }
}

function explain(file: string, text: string, message: string): string {
  const whole = text.trimEnd();
  if (whole === '') return `${file} is empty; it should hold JSON`;
  const known = foreignXml(whole);
  if (known !== undefined) return `${file} ${known}`;
  const position = /position (\d+)/.exec(message)?.[1];
  // What is read here is a list or an object.
  if (!/[\]}]$/.test(whole) || /end of JSON/.test(message) || Number(position) >= whole.length) {
    return `${file} is cut off: the JSON ends in the middle, after ${whole.length} characters. Write or copy it again.`;
  }
  const line = position === undefined ? '' : `line ${text.slice(0, Number(position)).split('\n').length}: `;
  return `${file} isn't JSON: ${line}${message.replace(/\s+/g, ' ')}`;
}
