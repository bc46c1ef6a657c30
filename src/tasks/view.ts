import path from 'node:path';
import type { ConfigOverrides } from '../config/overrides.js';
import type { SplitName } from '../datasets/sample.js';
import { writeImage } from '../drawing/canvas.js';
import { drawObjects, legibleScale } from '../drawing/draw-objects.js';
import { contactSheet, type Panel } from '../drawing/panels.js';
import { UserError } from '../errors.js';
import { taskOf } from './find-task.js';
import { type JobListener, whileGenerating } from './listener.js';
import { type ConfigSource, nameOfConfig, readDataConfig } from './read-config.js';

export interface ViewOptions extends JobListener {
  readonly overrides?: ConfigOverrides | undefined;
  /** Split of the data, `train` by default. */
  readonly split?: SplitName | undefined;
  /** Number of samples, from 1 to 256; 16 by default. */
  readonly count?: number | undefined;
  /** Whether the samples come as training takes them: shuffled, flipped, at its scales. */
  readonly augmented?: boolean | undefined;
  /** Folder for the images: `view/<name of the config>-<split>` by default. */
  readonly out?: string | undefined;
  /** Ends it after the sample at hand: the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Maximum number of samples that fit on a sheet. */
const largestCount = 256;

/**
 * Draws samples of a split as the network sees them: an image of each, and `sheet.png` with all of them.
 *
 * @returns folder of the images, and the number of samples
 * @throws UserError when the config or its data is at fault, or the folder can't be written
 */
export async function viewSamples(
  source: ConfigSource,
  options: ViewOptions = {},
): Promise<{ folder: string; samples: number }> {
  const { overrides, split = 'train', count = 16, augmented = false } = options;
  if (!Number.isInteger(count) || count < 1 || count > largestCount) {
    throw new UserError(`count ${count}: must be a whole number from 1 to ${largestCount}`);
  }
  if (augmented && split !== 'train') {
    throw new UserError('augmented: only the training split is augmented, so split must be train');
  }
  options.signal?.throwIfAborted();
  const config = await readDataConfig(source, overrides);
  const name = `${nameOfConfig(source)}-${split}${augmented ? '-augmented' : ''}`;
  const folder = options.out ?? path.join('view', name);
  const task = taskOf(config);
  const opened = await task.open(config, split, whileGenerating(options, options.signal));
  for (const notice of opened.notices) options.onNotice?.(notice);

  const panels: Panel[] = [];
  for await (const sample of task.view(config, opened, { count, augmented })) {
    const { image, objects, caption } = sample;
    panels.push({ image, objects, caption });
    // Training may take a sample twice.
    const number = String(panels.length).padStart(String(count).length, '0');
    const picture = drawObjects(image, objects, { scale: legibleScale(image) });
    await writeImage(path.join(folder, `${number}-${sample.name}.png`), picture);
    options.signal?.throwIfAborted();
  }
  await writeImage(path.join(folder, 'sheet.png'), contactSheet(panels));
  return { folder, samples: panels.length };
}
