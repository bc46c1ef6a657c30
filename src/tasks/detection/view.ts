import type { DetectionConfig } from '../../config/schema.js';
import type { Dataset } from '../../datasets/dataset-format.js';
import { resizeSample } from '../../datasets/images/resize-sample.js';
import { evaluationLoader, trainingLoader } from '../../datasets/loading/loader.js';
import type { Sample } from '../../datasets/sample.js';
import { drawnInstances } from '../../drawing/draw-detections.js';
import { resizedSize } from '../../geometry/image-size.js';
import { evenlySpaced } from '../evenly-spaced.js';
import type { ViewedSample, ViewSelection } from '../task.js';
import { shorterSideAt } from './multi-scale.js';

/** Samples with their objects, scaled to the network's input. */
export async function* viewedSamples(
  config: DetectionConfig,
  dataset: Dataset,
  { count, augmented }: ViewSelection,
): AsyncGenerator<ViewedSample, void, undefined> {
  const samples = augmented
    ? trainingSamples(config, dataset, count)
    : evaluationSamples(config, dataset, count);
  for await (const { id, image, instances, ignored } of samples) {
    const objects = drawnInstances(instances, dataset.classes, ignored);
    yield { name: id, image, objects, caption: `${id}   ${image.width} × ${image.height}` };
  }
}

/** Samples from the whole split, in its order, as evaluation sees them. */
async function* evaluationSamples(
  { input }: DetectionConfig,
  dataset: Dataset,
  count: number,
): AsyncGenerator<Sample, void, undefined> {
  const shown = { ...dataset, ids: evenlySpaced(count, dataset.ids.length).map((i) => dataset.ids[i]) };
  for await (const sample of evaluationLoader({ dataset: shown, workers: 0, ahead: 1 })) {
    yield resizeSample(sample, resizedSize(sample.image, input.shorterSide, input.longerSide));
  }
}

/** First samples of training, as it sees them. */
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
