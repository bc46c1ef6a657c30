import path from 'node:path';
import { UserError } from '../../errors.js';
import { percent } from '../../metrics/metric-value.js';
import type { Predictor, PredictorOptions } from '../task.js';
import { type Classification, ImageClassifier } from './image-classifier.js';

/** Most probable classes of an image, as the results file has them. */
interface WrittenPrediction {
  readonly image_id: string;
  readonly file: string;
  /** By falling probability; `category_id` counts the config's classes from 1. */
  readonly predictions: readonly { category_id: number; category: string; probability: number }[];
}

/** Loads a classifier that predicts for files: the five most probable classes of each. */
export async function classificationPredictor(
  target: string,
  { score, ...options }: PredictorOptions,
): Promise<Predictor> {
  if (score !== undefined) {
    throw new UserError(
      `--score: ${target} is a classifier's, whose most probable classes are given as they are`,
    );
  }
  const classifier = await ImageClassifier.load(target, options);
  return {
    resultsFile: 'predictions.json',
    describeResults: (_, images) => `${images} image${images === 1 ? '' : 's'}`,
    read: async (file) => {
      const classes = await classifier.classify(file);
      return async () => ({ results: [written(file, classes)], summary: summarize(classes) });
    },
    dispose: () => classifier.dispose(),
  };
}

function written(file: string, classes: readonly Classification[]): WrittenPrediction {
  return {
    image_id: path.parse(file).name,
    file,
    predictions: classes.map(({ label, category, probability }) => ({
      category_id: label + 1,
      category,
      probability,
    })),
  };
}

/** Classes in words, such as `star 97.1 %, circle 1.2 %`. */
function summarize(classes: readonly Classification[]): string {
  return classes.map(({ category, probability }) => `${category} ${percent(probability)} %`).join(', ');
}
