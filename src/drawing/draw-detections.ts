import type { Canvas } from '@napi-rs/canvas';
import type { RgbImage } from '../datasets/sample.js';
import { boxIou } from '../geometry/boxes.js';
import type { Detection, Instance, LocatedObject } from '../geometry/instance.js';
import { instanceColor, neutralColor } from './colors.js';
import { type DrawnObject, type DrawOptions, drawObjects, legibleScale } from './draw-objects.js';

/**
 * Draws detections over their image: masks, boxes, and labels with class and score.
 *
 * @param detections by falling score; those that shouldn't be seen are left out by the caller
 * @param options `groundTruth`: annotated objects of the image; a detection that finds one has its color in
 *   {@link drawInstances}. `scale` is {@link legibleScale} by default.
 */
export function drawDetections(
  image: RgbImage,
  detections: readonly Detection[],
  {
    groundTruth = [],
    scale = legibleScale(image),
    textScale,
  }: DrawOptions & { readonly groundTruth?: readonly Instance[] } = {},
): Canvas {
  return drawObjects(image, drawnDetections(detections, groundTruth), { scale, textScale });
}

/**
 * Draws annotated objects over their image: masks, boxes, and labels with class and flags.
 *
 * @param classes names by label
 * @param options `ignored`: objects of classes that aren't trained, drawn in gray. `scale` is {@link legibleScale} by
 *   default.
 */
export function drawInstances(
  image: RgbImage,
  instances: readonly Instance[],
  classes: readonly string[],
  {
    ignored = [],
    scale = legibleScale(image),
    textScale,
  }: DrawOptions & { readonly ignored?: readonly LocatedObject[] } = {},
): Canvas {
  return drawObjects(image, drawnInstances(instances, classes, ignored), { scale, textScale });
}

/** Annotated objects as they are drawn, with their flags; before them those that are ignored, in gray. */
export function drawnInstances(
  instances: readonly Instance[],
  classes: readonly string[],
  ignored: readonly LocatedObject[] = [],
): DrawnObject[] {
  const drawn = instances.map(({ box, mask, label, difficult, crowd }, i) => {
    const flags = [...(difficult ? ['difficult'] : []), ...(crowd ? ['crowd'] : [])];
    const name = flags.length === 0 ? classes[label] : `${classes[label]} (${flags.join(', ')})`;
    return { box, mask, name, color: instanceColor(i) };
  });
  return [...ignored.map(({ box, mask }) => ({ box, mask, name: 'ignored', color: neutralColor })), ...drawn];
}

/**
 * Detections as they are drawn. A detection finds an annotated object of its class whose box it covers by an IoU of at
 * least 0.5; the better score chooses first. It then has that object's color in {@link drawnInstances}, so that both can
 * be compared side by side.
 *
 * @param detections by falling score
 */
export function drawnDetections(
  detections: readonly Detection[],
  groundTruth: readonly Instance[] = [],
): DrawnObject[] {
  const found = new Set<number>();
  let unmatched = groundTruth.length;
  return detections.map((detection) => {
    const { box, mask, category: name, score } = detection;
    const match = bestMatch(detection, groundTruth, found);
    if (match !== undefined) found.add(match);
    return { box, mask, name, score, color: instanceColor(match ?? unmatched++) };
  });
}

function bestMatch(
  { box, label }: Detection,
  groundTruth: readonly Instance[],
  found: ReadonlySet<number>,
): number | undefined {
  let best: number | undefined;
  let highest = 0.5;
  for (const [i, instance] of groundTruth.entries()) {
    if (instance.label !== label || found.has(i)) continue;
    const iou = boxIou(Float32Array.from(box), 0, Float32Array.from(instance.box), 0);
    if (iou >= highest) [best, highest] = [i, iou];
  }
  return best;
}
