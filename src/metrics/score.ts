import { stat } from 'node:fs/promises';
import { openCocoGroundTruth } from '../datasets/coco/ground-truth.js';
import { finderOf } from '../datasets/coco/identifiers.js';
import { readCocoJson } from '../datasets/coco/read-json.js';
import { resolveRegion, withoutMasks } from '../datasets/coco/region.js';
import { type CocoResult, parseResults, resultName } from '../datasets/coco/results.js';
import type { GroundTruth } from '../datasets/ground-truth.js';
import { UserError } from '../errors.js';
import type { ProgressListener } from '../progress.js';
import { cocoMaxDetections } from './coco-protocol.js';
import { DetectionEvaluator, type DetectionMetrics } from './detection-metrics.js';

/** Files to be scored, and how to follow the scoring. */
export interface ScoringOptions {
  /** A COCO annotation file, or a VOC devkit folder such as `VOCdevkit/VOC2012`. */
  readonly groundTruth: string;
  /** A file in COCO's results format: a list of `{image_id, category_id, bbox, score, segmentation}`. */
  readonly detections: string;
  /** Name of a list in the devkit's `ImageSets/Segmentation`: `val` by default. An annotation file is scored whole. */
  readonly split?: string | undefined;
  /** Ends the scoring after the image at hand: the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressListener | undefined;
}

/** Metrics of a results file. */
export interface Scores {
  readonly metrics: DetectionMetrics;
  /** Sentences that the user should know, such as that only boxes are scored. */
  readonly notices: readonly string[];
}

/**
 * Scores the detections of any tool by VOC's and COCO's protocols. Masks are scored where all objects of both
 * sides have them.
 *
 * @throws UserError that names the detection or the annotation which is damaged, incomplete or for something unknown
 */
export async function scoreDetections({
  groundTruth: source,
  detections: file,
  split = 'val',
  signal,
  onProgress,
}: ScoringOptions): Promise<Scores> {
  signal?.throwIfAborted();
  const groundTruth = await openGroundTruth(source, split);
  const { name, categories, images } = groundTruth;
  const classes = categories.map(({ names }) => names[0]);
  const results = parseResults(await readCocoJson(file), {
    name: file,
    groundTruth: name,
    images: images.length,
    findImage: finderOf(images),
    findCategory: finderOf(categories),
    classes,
  });
  const detectionsWithout = withoutMasks(file, results.flat(), ({ position }) => `detection ${position}`);
  const maskless = [detectionsWithout, groundTruth.maskless].filter((side) => side !== undefined);
  const masks = maskless.length === 0;
  const evaluator = new DetectionEvaluator(classes, { masks });
  for (const [index, { id }] of images.entries()) {
    const { height, width, objects } = await groundTruth.load(index, masks);
    const detections = results[index].map((result) => ({
      ...result,
      ...resolveRegion(result, { height, width }, masks, resultName(file, result.position)),
    }));
    evaluator.add({ id, height, width, groundTruth: objects, detections });
    onProgress?.(index + 1, images.length);
    // Lets an interrupt come through.
    await new Promise(setImmediate);
    signal?.throwIfAborted();
  }
  return {
    metrics: evaluator.metrics(),
    notices: [
      ...groundTruth.notices,
      ...maskless.map((side) => `${side}, so only boxes are scored.`),
      ...beyondLimit(results),
    ],
  };
}

async function openGroundTruth(source: string, split: string): Promise<GroundTruth> {
  const found = await stat(source).catch(() => undefined);
  if (found === undefined) throw new UserError(`${source}: there is no such file or folder`);
  if (!found.isDirectory()) return openCocoGroundTruth(source);
  // Only now, for it takes long to load what reads XML and PNG.
  const { openVocGroundTruth } = await import('../datasets/voc/ground-truth.js');
  return openVocGroundTruth(source, split);
}

/** A sentence about the detections that COCO's limit leaves out, where there are any. */
function beyondLimit(results: readonly (readonly CocoResult[])[]): string[] {
  let [beyond, images] = [0, 0];
  for (const detections of results) {
    const counts = new Map<number, number>();
    for (const { label } of detections) counts.set(label, (counts.get(label) ?? 0) + 1);
    const left = [...counts.values()].reduce((sum, count) => sum + Math.max(0, count - cocoMaxDetections), 0);
    beyond += left;
    if (left > 0) images++;
  }
  if (beyond === 0) return [];
  return [
    `COCO's metrics count the ${cocoMaxDetections} detections of each class in an image that score highest, as pycocotools ` +
      `does: ${beyond} in ${images} of ${results.length} images are left out. VOC's metrics count all.`,
  ];
}
