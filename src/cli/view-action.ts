import path from 'node:path';
import type { DetectionConfig } from '../config/schema.js';
import type { Dataset } from '../datasets/dataset-format.js';
import { openDataset } from '../datasets/formats.js';
import { resizeSample } from '../datasets/images/resize-sample.js';
import { trainingLoader } from '../datasets/loading/loader.js';
import type { Sample } from '../datasets/sample.js';
import { writeImage } from '../drawing/canvas.js';
import { drawnInstances } from '../drawing/draw-detections.js';
import { drawObjects, legibleScale } from '../drawing/draw-objects.js';
import { contactSheet, type Panel } from '../drawing/panels.js';
import { UserError } from '../errors.js';
import { resizedSize } from '../geometry/image-size.js';
import { shorterSideAt } from '../training/multi-scale.js';
import { loadDataConfig } from './data-config.js';
import { openSplit } from './open-split.js';
import type { ViewOptions } from './view.js';
import { viewClassifier } from './view-classifier.js';

/** More don't fit on one sheet. */
const largestCount = 256;

/** Draws samples and prints the folder that holds the pictures. */
export async function viewAction(
  file: string,
  overrides: readonly string[],
  { split, count, augmented = false, out }: ViewOptions,
): Promise<void> {
  const wanted = Number(count);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > largestCount) {
    throw new UserError(`--count ${count}: must be a whole number from 1 to ${largestCount}`);
  }
  if (augmented && split !== 'train') {
    throw new UserError('--augmented: only the training split is augmented; leave out --split');
  }
  const config = await loadDataConfig(file, overrides);
  const name = path.basename(file).replace(/\.[^.]+$/, '');
  const folder = out ?? path.join('view', `${name}-${split}${augmented ? '-augmented' : ''}`);
  const view = { count: wanted, augmented, folder };
  const shown =
    config.task === 'classification'
      ? await viewClassifier(config, split, view)
      : await viewDetection(config, split, view);
  console.error(`${shown} samples and sheet.png:`);
  console.log(folder);
}

async function viewDetection(
  config: DetectionConfig,
  split: 'train' | 'val',
  { count, augmented, folder }: { count: number; augmented: boolean; folder: string },
): Promise<number> {
  const dataset = await openSplit((onGenerate) => openDataset(config.data, split, { onGenerate }));

  const samples = augmented
    ? trainingSamples(config, dataset, count)
    : evenlySpread(config, dataset, Math.min(count, dataset.ids.length));
  const panels: Panel[] = [];
  for await (const { id, image, instances, ignored } of samples) {
    const objects = drawnInstances(instances, dataset.classes, ignored);
    panels.push({ image, objects, caption: `${id}   ${image.width} × ${image.height}` });
    // A sample may come twice in training.
    const number = String(panels.length).padStart(String(count).length, '0');
    const picture = drawObjects(image, objects, { scale: legibleScale(image) });
    await writeImage(path.join(folder, `${number}-${id}.png`), picture);
  }
  await writeImage(path.join(folder, 'sheet.png'), contactSheet(panels));
  return panels.length;
}

/** Samples from the whole split, in its order, as evaluation sees them. */
async function* evenlySpread(
  { input }: DetectionConfig,
  { ids, load }: Dataset,
  count: number,
): AsyncGenerator<Sample, void, undefined> {
  for (let i = 0; i < count; i++) {
    const sample = await load(ids[Math.floor((i * ids.length) / count)]);
    yield resizeSample(sample, resizedSize(sample.image, input.shorterSide, input.longerSide));
  }
}

/** The first samples that training takes, as it sees them. */
async function* trainingSamples(
  config: DetectionConfig,
  dataset: Dataset,
  count: number,
): AsyncGenerator<Sample, void, undefined> {
  const { seed, input, training } = config;
  const loader = trainingLoader({
    dataset,
    seed,
    start: 0,
    horizontalFlip: input.horizontalFlip,
    workers: 0,
    ahead: 2,
  });
  try {
    for (let i = 0; i < count; i++) {
      const sample = await loader.next();
      const shorterSide = shorterSideAt(config, i - (i % training.batchSize));
      yield resizeSample(sample, resizedSize(sample.image, shorterSide, input.longerSide));
    }
  } finally {
    await loader.close();
  }
}
