import type { ConfigOverrides } from '../config/overrides.js';
import { requireDetection } from '../config/require-task.js';
import { type ConvertedDataset, convertToCoco } from '../datasets/convert.js';
import type { SplitName } from '../datasets/sample.js';
import { taskOf } from './find-task.js';
import { type JobListener, whileGenerating } from './listener.js';
import { type ConfigSource, nameOfConfig, readConfig, readDataConfig } from './read-config.js';
import type { TaskTypes } from './task.js';

export interface CheckDataOptions extends JobListener {
  readonly overrides?: ConfigOverrides | undefined;
  /** One split alone; both by default. */
  readonly split?: SplitName | undefined;
  /** Ends the check early; the result then is not complete. */
  readonly signal?: AbortSignal | undefined;
}

/** Result of a check, and the same as text. */
export interface CheckedData {
  readonly result: TaskTypes['check'];
  readonly text: string;
}

/**
 * Reads every image and annotation of a config's data, and reports everything that is wrong or doubtful in them.
 *
 * @throws UserError when no split can be opened
 */
export async function check(source: ConfigSource, options: CheckDataOptions = {}): Promise<CheckedData> {
  const { overrides, split, signal } = options;
  signal?.throwIfAborted();
  const config = await readConfig(source, overrides);
  const task = taskOf(config);
  const result = await task.check(config, {
    splits: split ? [split] : ['train', 'val'],
    signal,
    onProgress: (done, total) => options.onProgress?.('checking', done, total),
    onGenerate: whileGenerating(options, signal),
  });
  return { result, text: task.describeCheck(result) };
}

export interface ConvertOptions extends JobListener {
  readonly overrides?: ConfigOverrides | undefined;
  /** Split of the data, `train` by default. */
  readonly split?: SplitName | undefined;
  /** Annotation file to write. */
  readonly out: string;
  /** Ends the conversion after the image at hand, with nothing written: the promise then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a split of a config's data as a COCO annotation file. The images stay where they are.
 *
 * @throws UserError when the config isn't a detector's, its data is at fault, or the file can't be written
 */
export async function convertData(source: ConfigSource, options: ConvertOptions): Promise<ConvertedDataset> {
  const { overrides, split = 'train', out, signal, onProgress } = options;
  signal?.throwIfAborted();
  const name = typeof source === 'string' ? source : nameOfConfig(source);
  const { data } = requireDetection(await readDataConfig(source, overrides), name);
  const converted = await convertToCoco(data, split, out, {
    ...(signal && { signal }),
    onProgress: (done, total) => onProgress?.('converting', done, total),
    onGenerate: whileGenerating(options, signal),
  });
  if (converted) return converted;
  signal?.throwIfAborted();
  throw new Error('the conversion ended without a result, and nothing says why');
}
