import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { parseChunked } from '@discoveryjs/json-ext';
import { messageOf, UserError } from '../errors.js';
import { errorCode } from '../files.js';
import { foreignXml } from './annotation-tools.js';

/** What stays in memory of an entry of a list. */
export type KeepEntry = (entry: unknown) => unknown;

/**
 * Reads a JSON file of any size, as a stream. Python writes numbers that aren't finite as `NaN` and `Infinity`, which isn't
 * JSON; they are read all the same, so that whoever checks the object can say where it is.
 *
 * @param keep is given each entry of the list that the file is, or of the lists under its keys, as soon as it is read; its
 * result stands in the entry's place
 * @throws UserError where there is no such file, it can't be read, is cut off, or isn't JSON
 */
export async function readJsonFile(file: string, keep: KeepEntry = (entry) => entry): Promise<unknown> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  // V8 would let the memory grow to twice of what is kept before it looks for what is not. The setting is the whole process's.
  if (size > largeFile) setFlagsFromString('--heap-growing-percent=30');
  try {
    return await parse(readText(file), keep);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    try {
      const content = await parse(withNumbersAsTexts(readText(file)), (entry) => keep(numbersOf(entry)));
      return numbersOf(content);
    } catch (second) {
      if (!(second instanceof SyntaxError)) throw second;
      throw new UserError(await explain(file, error.message));
    }
  }
}

async function parse(text: AsyncIterable<string>, keep: KeepEntry): Promise<unknown> {
  const kept = new Map<string, number>();
  // The last entry of a list may not be whole yet.
  const keepEntries = (root: unknown, open: 0 | 1): void => {
    for (const [key, list] of listsOf(root)) {
      const end = list.length - open;
      for (let i = kept.get(key) ?? 0; i < end; i++) list[i] = keep(list[i]);
      kept.set(key, Math.max(end, kept.get(key) ?? 0));
    }
  };
  let content: unknown;
  const count = await parseChunked(text, {
    onRootValue: (value: unknown) => {
      content = value;
    },
    onChunk: (_length, _chunk, _pending, { currentRootValue }) => keepEntries(currentRootValue, 1),
  });
  // The parser doesn't mind where the text ends between two values.
  if (count === 0) throw new SyntaxError('Unexpected end of JSON input');
  keepEntries(content, 0);
  return content;
}

/** The list that a file is, or those under its keys. */
function listsOf(root: unknown): [key: string, list: unknown[]][] {
  if (Array.isArray(root)) return [['', root]];
  if (typeof root !== 'object' || root === null) return [];
  return Object.entries(root).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
}

/** Bytes from which memory counts more than time. */
const largeFile = 2 ** 28;

/** Bytes to read at a time. */
const pieceSize = 1 << 20;

async function* readText(file: string): AsyncGenerator<string> {
  let isFirst = true;
  try {
    for await (const piece of createReadStream(file, { encoding: 'utf8', highWaterMark: pieceSize })) {
      // A byte order mark is no part of the text.
      yield isFirst ? String(piece).replace(/^\uFEFF/, '') : String(piece);
      isFirst = false;
    }
  } catch (error) {
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such file',
      EISDIR: 'this is a folder, not a JSON file',
    };
    throw new UserError(`${file}: ${reasons[errorCode(error) ?? ''] ?? messageOf(error)}`);
  }
}

/** Marks texts that stand for numbers. */
const mark = '\uE000';

/** Writes the numbers that aren't finite as marked texts. */
async function* withNumbersAsTexts(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  const number = /(?<=[:[,]\s*)(?:NaN|-?Infinity)(?=\s*(?:[,\]}]|$))/g;
  const mend = (text: string): string => text.replace(number, (found) => JSON.stringify(mark + found));
  let rest = '';
  for await (const piece of pieces) {
    const text = rest + piece;
    // Between two values, no number is cut in two.
    const end = Math.max(0, text.lastIndexOf(','), text.lastIndexOf(']'), text.lastIndexOf('}'));
    yield mend(text.slice(0, end));
    rest = text.slice(end);
  }
  yield mend(rest);
}

/** A value with numbers in the places of marked texts. */
function numbersOf(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(mark) ? Number(value.slice(mark.length)) : value;
  if (Array.isArray(value)) return value.map(numbersOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, numbersOf(inner)]));
}

/** What is wrong with a file that isn't JSON, by the parser's message. */
async function explain(file: string, message: string): Promise<string> {
  const found = /position (\d+)/.exec(message)?.[1];
  const position = found === undefined ? undefined : Number(found);
  let [beginning, end, last, length, line] = ['', 0, '', 0, 1];
  for await (const piece of readText(file)) {
    if (length === 0) beginning = piece;
    const before = position === undefined ? 0 : Math.max(0, Math.min(piece.length, position - length));
    line += piece.slice(0, before).split('\n').length - 1;
    const whole = piece.trimEnd();
    if (whole !== '') [end, last] = [length + whole.length, whole[whole.length - 1]];
    length += piece.length;
  }
  if (end === 0) return `${file} is empty; it should hold JSON`;
  const known = foreignXml(beginning);
  if (known !== undefined) return `${file} ${known}`;
  // What is read here is a list or an object.
  if (!/[\]}]/.test(last) || /end of JSON/.test(message) || (position !== undefined && position >= end)) {
    return `${file} is cut off: the JSON ends in the middle, after ${end} characters. Write or copy it again.`;
  }
  const where = position === undefined ? '' : `line ${line}: `;
  return `${file} isn't JSON: ${where}${message.replace(/\s+/g, ' ')}`;
}
