import path from 'node:path';
import { UserError } from '../errors.js';
import { writeTextAtomically } from '../files.js';
import { percent } from '../metrics/metric-value.js';
import { type Classification, ImageClassifier } from '../models/trained-classifier.js';
import type { PredictOptions } from './predict.js';
import { predictImages } from './predict-images.js';

/** What is written of an image. */
interface WrittenPrediction {
  readonly image_id: string;
  readonly file: string;
  /** The most probable classes, falling; `category_id` counts the config's classes from 1. */
  readonly predictions: readonly { category_id: number; category: string; probability: number }[];
}

/** Classifies every image, and writes or prints the five most probable classes of each. */
export async function predictClassifier(
  files: readonly string[],
  weights: string,
  { out, score, json = false, precision }: PredictOptions,
): Promise<void> {
  if (score !== undefined) {
    throw new UserError(
      `--score: ${weights} is a classifier's, whose most probable classes are given as they are`,
    );
  }
  const folder = out ?? (json ? undefined : 'predictions');
  const model = await ImageClassifier.load(weights, { precision });
  const results: WrittenPrediction[] = [];
  try {
    const classify = (file: string) => model.classify(file);
    await predictImages(files, classify, (file, classes) => {
      results.push(written(file, classes));
      return described(classes);
    });
  } finally {
    model.dispose();
  }
  if (json) console.log(JSON.stringify(results));
  if (folder !== undefined) {
    const place = path.join(folder, 'predictions.json');
    await writeTextAtomically(place, JSON.stringify(results, null, 2));
    console.error(`${results.length} image${results.length === 1 ? '' : 's'}: ${place}`);
  }
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

/** Such as `star 97.1 %, circle 1.2 %`. */
function described(classes: readonly Classification[]): string {
  return classes.map(({ category, probability }) => `${category} ${percent(probability)} %`).join(', ');
}
