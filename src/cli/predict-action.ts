import path from 'node:path';
import { type WrittenResult, writtenResult } from '../datasets/coco/result.js';
import { decodeImage } from '../datasets/images/decode-image.js';
import { readAhead } from '../datasets/loading/read-ahead.js';
import { writeImage } from '../drawing/canvas.js';
import { drawDetections } from '../drawing/draw-detections.js';
import { UserError } from '../errors.js';
import { writeTextAtomically } from '../files.js';
import type { Detection } from '../geometry/instance.js';
import { Detector } from '../models/detector.js';
import { findImageFiles } from './image-files.js';
import type { PredictOptions } from './predict.js';
import { predictClassifier } from './predict-classifier.js';
import { predictImages } from './predict-images.js';
import { findTrainedModel } from './trained-model.js';

/** Detects on every image, draws, and writes or prints the detections; with a classifier, says what it shows. */
export async function predictAction(targets: readonly string[], options: PredictOptions): Promise<void> {
  const { score = '0.5' } = options;
  const least = Number(score);
  if (score.trim() === '' || !(least >= 0 && least <= 1)) {
    throw new UserError(`--score ${score}: must be a number from 0 to 1`);
  }
  const files = await findImageFiles(targets);
  const { weights, config } = await findTrainedModel(options.weights, []);
  if (config.task === 'classification') await predictClassifier(files, weights, options);
  else await predictDetector(files, weights, least, options);
}

/** @param least detections that score at most this are left out */
async function predictDetector(
  files: readonly string[],
  weights: string,
  least: number,
  { out, json = false, precision }: PredictOptions,
): Promise<void> {
  const names = pictureNames(files);
  const folder = out ?? (json ? undefined : 'predictions');
  const model = await Detector.load(weights, { precision });
  // Decodes an image while the one before is looked at.
  const images = readAhead(
    (n) => files[n],
    files.length,
    { read: (file) => decodeImage(file), close: async () => {} },
    1,
  );
  const results: WrittenResult[] = [];
  let read: number;
  try {
    const next = () => images.next();
    read = await predictImages(files, next, async (file, image) => {
      const detections = await model.detect(image, { score: least });
      results.push(...detections.map((detection) => writtenResult(path.parse(file).name, detection)));
      if (folder !== undefined) {
        const picture = drawDetections(image, detections);
        await writeImage(path.join(folder, `${names.get(file)}.png`), picture);
      }
      return counted(detections);
    });
  } finally {
    model.dispose();
  }
  if (json) console.log(JSON.stringify(results));
  if (folder !== undefined) {
    const written = path.join(folder, 'detections.json');
    await writeTextAtomically(written, JSON.stringify(results));
    console.error(`${results.length} detections in ${read} images: ${written}`);
  }
}

/** The pictures' names: the files' stems, with a number where several files share one. */
function pictureNames(files: readonly string[]): Map<string, string> {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const file of files) {
    const stem = path.parse(file).name;
    let name = stem;
    // File systems may not tell upper case from lower case.
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${stem}-${n}`;
    taken.add(name.toLowerCase());
    names.set(file, name);
    if (name !== stem) {
      console.error(
        `${file}: another image has this name; its picture is ${name}.png, the image_id is the same`,
      );
    }
  }
  return names;
}

/** Such as `3 detections: 2 person, 1 dog`. */
function counted(detections: readonly Detection[]): string {
  const counts = new Map<string, number>();
  for (const { category } of detections) counts.set(category, (counts.get(category) ?? 0) + 1);
  const classes = [...counts].map(([category, count]) => `${count} ${category}`);
  const total = `${detections.length} detection${detections.length === 1 ? '' : 's'}`;
  return classes.length === 0 ? total : `${total}: ${classes.join(', ')}`;
}
