import { configSchemas } from '../src/config/schema.js';
import { openDataset } from '../src/datasets/formats.js';
import { trainingLoader } from '../src/datasets/loading/loader.js';
import { samplesAhead } from '../src/datasets/loading/read-ahead.js';
import type { LoadingWork, Run } from './side.js';

/** Reads photographs on and on. */
export async function loadingWork({
  data: { root, year, split, classes },
  images,
  workers,
}: LoadingWork): Promise<Run> {
  const { data, input } = configSchemas().detection.parse({
    data: { format: 'voc', root, year, train: split, classes, maskClasses: classes },
    training: { steps: 1, learningRate: 1 },
  });
  const loader = trainingLoader({
    dataset: await openDataset(data, 'train'),
    workers,
    ahead: samplesAhead(1, workers),
    seed: 1,
    start: 0,
    horizontalFlip: input.horizontalFlip,
  });
  return async () => {
    for (let n = 0; n < images; n++) await loader.next();
    return images;
  };
}
