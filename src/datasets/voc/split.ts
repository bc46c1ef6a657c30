import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../errors.js';
import { type Report, refuse } from '../finding.js';
import { readLines } from '../read-file.js';

/**
 * Reads a list of image ids, one a line. Empty lines, blanks at the ends and Windows' line ends are fine, as is the
 * second column that VOC's lists of one class have (1, 0 or -1 on every line; it isn't used).
 *
 * @param report is told of ids that are listed twice; they come once then.
 * @throws UserError when the list is missing (it names those that exist) or empty, and what `report` throws.
 */
export async function readSplit(file: string, report: Report = refuse): Promise<string[]> {
  const lines = readLines(file)?.filter((line) => line !== '');
  if (lines === undefined) {
    throw new UserError(
      `There is no split "${path.basename(file, '.txt')}": ${file} is missing. ${await others(file)}`,
    );
  }
  if (lines.length === 0) throw new UserError(`${file} is empty: it must list image ids, one a line.`);
  // Where a single line lacks the column, numbers at the ends of lines belong to the files' names.
  const column = /\s+(?:-1|0|1)$/;
  const ids = lines.every((line) => column.test(line))
    ? lines.map((line) => line.replace(column, ''))
    : lines;
  const seen = new Set<string>();
  const repeated = new Set(ids.filter((id) => seen.size === seen.add(id).size));
  if (repeated.size > 0) {
    const more = repeated.size > 5 ? ` and ${repeated.size - 5} more` : '';
    const message = `${file} lists images more than once: ${[...repeated].slice(0, 5).join(', ')}${more}. Remove the repeated lines.`;
    report({ code: 'duplicate-id', file, message });
  }
  return [...seen];
}

async function others(file: string): Promise<string> {
  const names = (await readdir(path.dirname(file)).catch(() => []))
    .filter((name) => name.endsWith('.txt'))
    .map((name) => path.basename(name, '.txt'))
    .sort();
  return names.length > 0
    ? `The splits there are: ${names.join(', ')}.`
    : 'Make that text file: a list of image ids, one a line.';
}
