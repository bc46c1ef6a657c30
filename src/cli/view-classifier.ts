import path from 'node:path';
import type { ClassificationConfig } from '../config/schema.js';
import type { LabeledSplit } from '../datasets/dataset-format.js';
import { openLabeledSplit } from '../datasets/formats.js';
import { labeledSource, labeledTrainingLoader } from '../datasets/loading/labeled-loader.js';
import type { LabeledImage } from '../datasets/sample.js';
import { imageCanvas, writeImage } from '../drawing/canvas.js';
import { legibleScale } from '../drawing/draw-objects.js';
import { contactSheet, type Panel } from '../drawing/panels.js';
import { openSplit } from './open-split.js';

/**
 * Draws images as a classifier sees them, and says how many.
 *
 * @param folder where the pictures go
 * @param augmented whether they come as training takes them
 */
export async function viewClassifier(
  config: ClassificationConfig,
  split: 'train' | 'val',
  { count, augmented, folder }: { count: number; augmented: boolean; folder: string },
): Promise<number> {
  const dataset = await openSplit((onGenerate) => openLabeledSplit(config.data, split, { onGenerate }));

  const images = augmented
    ? trainingImages(config, dataset, count)
    : evenlySpread(config, dataset, Math.min(count, dataset.files.length));
  const panels: Panel[] = [];
  for await (const { id, image, label } of images) {
    panels.push({ image, objects: [], caption: `${dataset.classes[label]}   ${path.basename(id)}` });
    const number = String(panels.length).padStart(String(count).length, '0');
    const file = path.join(folder, `${number}-${path.parse(id).name}.png`);
    await writeImage(file, imageCanvas(image, legibleScale(image)));
  }
  await writeImage(path.join(folder, 'sheet.png'), contactSheet(panels));
  return panels.length;
}

/** Images from the whole split, in its order, as evaluation sees them. */
async function* evenlySpread(
  { input }: ClassificationConfig,
  { root, files }: LabeledSplit,
  count: number,
): AsyncGenerator<LabeledImage, void, undefined> {
  const source = labeledSource(root);
  for (let i = 0; i < count; i++) {
    const file = files[Math.floor((i * files.length) / count)];
    yield await source.read({ ...file, view: { kind: 'evaluation', input } });
  }
}

/** The first images that training takes, as it sees them. */
async function* trainingImages(
  { seed, input }: ClassificationConfig,
  split: LabeledSplit,
  count: number,
): AsyncGenerator<LabeledImage, void, undefined> {
  const loader = labeledTrainingLoader({ split, input, workers: 0, ahead: 2, seed, start: 0 });
  try {
    for (let i = 0; i < count; i++) yield await loader.next();
  } finally {
    await loader.close();
  }
}
