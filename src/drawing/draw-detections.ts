import { boxIou } from '../geometry/boxes.js';
import type { Detection, Instance, LocatedObject } from '../geometry/instance.js';
import { instanceColor, neutralColor } from './colors.js';
import type { DrawnObject } from './draw-objects.js';

/** Annotated objects as they are drawn, with their flags. */
export function drawnInstances(instances: readonly Instance[], classes: readonly string[]): DrawnObject[] {
  return instances.map(({ box, mask, label, difficult, crowd }, i) => {
    const flags = [...(difficult ? ['difficult'] : []), ...(crowd ? ['crowd'] : [])];
    const name = flags.length === 0 ? classes[label] : `${classes[label]} (${flags.join(', ')})`;
    return { box, mask, name, color: instanceColor(i) };
  });
}

/** Objects of classes that aren't trained, in gray. */
export function drawnIgnored(objects: readonly LocatedObject[]): DrawnObject[] {
  return objects.map(({ box, mask }) => ({ box, mask, name: 'ignored', color: neutralColor }));
}

/**
 * Detections as they are drawn. One that finds a truth (the same class, boxes of an IoU of at least 0.5, the better score
 * first) has that truth's color in {@link drawnInstances}, so that both can be compared side by side.
 *
 * @param detections by falling score
 */
export function drawnDetections(
  detections: readonly Detection[],
  truth: readonly Instance[] = [],
): DrawnObject[] {
  const found = new Set<number>();
  let unmatched = truth.length;
  return detections.map((detection) => {
    const { box, mask, category: name, score } = detection;
    const match = bestTruth(detection, truth, found);
    if (match !== undefined) found.add(match);
    return { box, mask, name, score, color: instanceColor(match ?? unmatched++) };
  });
}

function bestTruth(
  { box, label }: Detection,
  truth: readonly Instance[],
  found: ReadonlySet<number>,
): number | undefined {
  let best: number | undefined;
  let highest = 0.5;
  for (const [i, instance] of truth.entries()) {
    if (instance.label !== label || found.has(i)) continue;
    const iou = boxIou(Float32Array.from(box), 0, Float32Array.from(instance.box), 0);
    if (iou >= highest) [best, highest] = [i, iou];
  }
  return best;
}
