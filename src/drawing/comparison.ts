import type { Canvas } from '@napi-rs/canvas';
import type { Sample } from '../datasets/sample.js';
import type { Detection } from '../geometry/instance.js';
import { drawnDetections, drawnIgnored, drawnInstances } from './drawn-objects.js';
import { sideBySide } from './panels.js';

/** Detections that score less aren't drawn: most of the hundred of an image are there for recall alone. */
const leastScore = 0.5;

/** A sample's truth beside what was detected, in the same colors where a detection finds a truth. */
export function truthAndPrediction(
  { id, image, instances, ignored }: Sample,
  detections: readonly Detection[],
  classes: readonly string[],
): Canvas {
  const shown = detections.filter(({ score }) => score >= leastScore);
  return sideBySide(
    [
      {
        image,
        objects: [...drawnIgnored(ignored), ...drawnInstances(instances, classes)],
        caption: 'truth',
      },
      { image, objects: drawnDetections(shown, instances), caption: `prediction, score ≥ ${leastScore}` },
    ],
    id,
  );
}
