import path from 'node:path';
import { requireDetection } from '../config/require-task.js';
import { writeInstances } from '../datasets/coco/write.js';
import { openDataset } from '../datasets/open.js';
import { imageReader } from '../datasets/reader.js';
import { UserError } from '../errors.js';
import type { ConvertOptions } from './convert.js';
import { loadDataConfig } from './data-config.js';
import { interruptedExitCode, interruptSignal } from './terminal/interrupt.js';
import { showProgress } from './terminal/progress.js';

/** Converts a split and says what was written. */
export async function convertAction(
  file: string,
  overrides: readonly string[],
  { split, out }: ConvertOptions,
): Promise<void> {
  const { data } = requireDetection(await loadDataConfig(file, overrides), file);
  const generating = showProgress('Generating images');
  const onGenerate = (done: number, total: number): void => generating.show(done, total);
  const dataset = await openDataset(data, split, onGenerate, { purpose: 'evaluation' });
  generating.end();
  if (path.resolve(out) === path.resolve(dataset.source)) {
    throw new UserError(`--out ${out}: is the file that would be converted; choose another one`);
  }
  const signal = interruptSignal('Stopping after this image; nothing is written.');
  const display = showProgress('Converting');
  const onProgress = (done: number, total: number): void => display.show(done, total);
  const written = await writeInstances(out, dataset, imageReader(data), { onProgress, signal });
  display.end();
  if (!written) {
    process.exitCode = interruptedExitCode;
    return;
  }
  console.error(`${written.images} images, ${written.objects} objects: ${out}`);
  console.error(`The photographs are in ${dataset.photos}`);
}
