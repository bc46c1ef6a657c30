import type { ConfigOverrides } from '../config/overrides.js';
import type { CheckResult } from '../datasets/check.js';
import type { SplitName } from '../datasets/sample.js';
import { taskOf } from './find-task.js';
import type { JobListener } from './listener.js';
import { type ConfigSource, readConfig } from './read-config.js';

export interface CheckDataOptions extends JobListener {
  readonly overrides?: ConfigOverrides | undefined;
  /** One split alone; both by default. */
  readonly split?: SplitName | undefined;
  /** Ends the check early; the result then is not complete. */
  readonly signal?: AbortSignal | undefined;
}

/** Result of a check, and the same as text. */
export interface CheckedData {
  readonly result: CheckResult<object>;
  readonly text: string;
}

/**
 * Reads every image and annotation of a config's data, and reports everything that is wrong or doubtful in them.
 *
 * @throws UserError when no split can be opened
 */
export async function check(source: ConfigSource, options: CheckDataOptions = {}): Promise<CheckedData> {
  const { overrides, split, signal } = options;
  const config = await readConfig(source, overrides);
  const task = taskOf(config);
  const result = await task.check(config, {
    splits: split ? [split] : ['train', 'val'],
    signal,
    onProgress: (done, total) => options.onProgress?.('checking', done, total),
    onGenerate: (done, total) => options.onProgress?.('generating', done, total),
  });
  return { result, text: task.describeCheck(result) };
}
