import { requireDetection } from '../config/require-task.js';
import { convertToCoco } from '../datasets/convert.js';
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
  const signal = interruptSignal('Stopping after this image; nothing is written.');
  const generating = showProgress('Generating images');
  const display = showProgress('Converting');
  const converted = await convertToCoco(data, split, out, {
    onGenerate: (done, total) => generating.show(done, total),
    onProgress: (done, total) => {
      generating.end();
      display.show(done, total);
    },
    signal,
  });
  display.end();
  if (!converted) {
    process.exitCode = interruptedExitCode;
    return;
  }
  console.error(`${converted.images} images, ${converted.objects} objects: ${out}`);
  console.error(`The photographs are in ${converted.imagesFolder}`);
}
