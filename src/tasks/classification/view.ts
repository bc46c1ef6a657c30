import path from 'node:path';
import type { ClassificationConfig } from '../../config/schema.js';
import type { LabeledSplit } from '../../datasets/dataset-format.js';
import { labeledSource, labeledTrainingLoader } from '../../datasets/loading/labeled-loader.js';
import type { LabeledImage } from '../../datasets/sample.js';
import { evenlySpaced } from '../evenly-spaced.js';
import type { ViewedSample, ViewSelection } from '../task.js';

/** Images with their classes, cropped and scaled to the network's input. */
export async function* viewedImages(
  config: ClassificationConfig,
  split: LabeledSplit,
  { count, augmented }: ViewSelection,
): AsyncGenerator<ViewedSample, void, undefined> {
  const images = augmented ? trainingImages(config, split, count) : evaluationImages(config, split, count);
  for await (const { id, image, label } of images) {
    const caption = `${split.classes[label]}   ${path.basename(id)}`;
    yield { name: path.parse(id).name, image, objects: [], caption };
  }
}

/** Images from the whole split, in its order, as evaluation sees them. */
async function* evaluationImages(
  { input }: ClassificationConfig,
  { root, files }: LabeledSplit,
  count: number,
): AsyncGenerator<LabeledImage, void, undefined> {
  const source = labeledSource(root);
  for (const i of evenlySpaced(count, files.length)) {
    yield await source.read({ ...files[i], view: { kind: 'evaluation', input } });
  }
}

/** First images of training, as it sees them. */
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
