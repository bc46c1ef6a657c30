import path from 'node:path';
import { writtenResult } from '../../datasets/coco/result.js';
import { decodeImage } from '../../datasets/images/decode-image.js';
import { drawDetections } from '../../drawing/draw-detections.js';
import type { Detection } from '../../geometry/instance.js';
import type { Predictor, PredictorOptions } from '../task.js';
import { Detector } from './detector.js';

/** Loads a detector that predicts for files: detections in COCO's results format, and images with them drawn. */
export async function detectionPredictor(
  target: string,
  { score = 0.5, ...options }: PredictorOptions,
): Promise<Predictor> {
  const detector = await Detector.load(target, options);
  return {
    resultsFile: 'detections.json',
    describeResults: (results, images) => `${counted(results, 'detection')} in ${counted(images, 'image')}`,
    read: async (file) => {
      const image = await decodeImage(file);
      return async () => {
        const detections = await detector.detect(image, { score });
        return {
          results: detections.map((detection) => writtenResult(path.parse(file).name, detection)),
          summary: summarize(detections),
          picture: () => drawDetections(image, detections),
        };
      };
    },
    dispose: () => detector.dispose(),
  };
}

/** Detections in words, such as `3 detections: 2 person, 1 dog`. */
function summarize(detections: readonly Detection[]): string {
  const counts = new Map<string, number>();
  for (const { category } of detections) counts.set(category, (counts.get(category) ?? 0) + 1);
  const classes = [...counts].map(([category, count]) => `${count} ${category}`);
  const total = counted(detections.length, 'detection');
  return classes.length === 0 ? total : `${total}: ${classes.join(', ')}`;
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
