import path from 'node:path';
import { UserError } from '../errors.js';
import { writeTextAtomically } from '../files.js';
import { type Classification, Classifier } from '../models/trained-classifier.js';
import { percent } from '../visualization/percent.js';
import { interruptedExitCode, interruptSignal } from './interrupt.js';
import type { PredictOptions } from './predict.js';
import { showProgress } from './progress.js';

/** Of so many images the classes are printed one by one. */
const printedImages = 16;

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
  { out, score, json = false }: PredictOptions,
): Promise<void> {
  if (score !== undefined) {
    throw new UserError(
      `--score: ${weights} is a classifier's, whose most probable classes are given as they are`,
    );
  }
  const folder = out ?? (json ? undefined : 'predictions');
  const model = await Classifier.load(weights);
  const signal = interruptSignal('Stopping after this image; what was found so far is kept.');
  const display = showProgress('Predicting');
  const results: WrittenPrediction[] = [];
  let unreadable = 0;
  try {
    for (const [done, file] of files.entries()) {
      try {
        const classes = await model.classify(file);
        results.push(written(file, classes));
        if (files.length <= printedImages) console.error(`${file}: ${described(classes)}`);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        display.end();
        console.error(`atto: ${error.message}`);
        unreadable++;
      }
      if (files.length > printedImages) display.show(done + 1, files.length, path.basename(file));
      // Lets the interrupt signal come through.
      await new Promise(setImmediate);
      if (signal.aborted) break;
    }
  } finally {
    display.end();
    model.dispose();
  }
  if (json) console.log(JSON.stringify(results));
  if (folder !== undefined) {
    const place = path.join(folder, 'predictions.json');
    await writeTextAtomically(place, JSON.stringify(results, null, 2));
    console.error(`${results.length} image${results.length === 1 ? '' : 's'}: ${place}`);
  }
  if (unreadable > 0) process.exitCode = 2;
  if (signal.aborted) process.exitCode = interruptedExitCode;
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
