import { readJsonFile } from '../datasets/coco/json-file.js';
import { resolveRegion } from '../datasets/coco/region.js';
import { type CocoResult, parseResults, resultName } from '../datasets/coco/results.js';
import { UserError } from '../errors.js';
import { DetectionEvaluator, type DetectionMetrics } from '../metrics/detection-metrics.js';
import { metricsTable } from '../report/tables/metrics-tables.js';
import type { ScoreOptions } from './score.js';
import { openTruth, type ScoreTruth } from './score-truth.js';

/** Scores a file of detections and prints the figures: as JSON on standard output, or as tables on standard error. */
export async function score({ groundTruth, detections, split, json }: ScoreOptions): Promise<void> {
  const truth = await openTruth(groundTruth, split);
  const { metrics, notices } = await scoreFile(truth, detections);
  for (const notice of [...truth.notices, ...notices]) console.error(`atto: ${notice}`);
  if (json) console.log(JSON.stringify({ coco: metrics.coco, voc: metrics.voc }, null, 2));
  else console.error(metricsTable(metrics));
}

/**
 * Scores the detections of a file in COCO's results format. Masks are scored where both sides have them.
 *
 * @throws UserError that names the detection or the annotation which is damaged, incomplete or for something unknown
 */
export async function scoreFile(
  truth: ScoreTruth,
  file: string,
): Promise<{ metrics: DetectionMetrics; notices: readonly string[] }> {
  const { name, classes, findImage, findCategory } = truth;
  const results = parseResults(await readJsonFile(file), {
    name: file,
    truth: name,
    images: truth.images.length,
    findImage,
    findCategory,
    classes,
  });
  const masks = haveMasks(file, results);
  const maskless = [...(masks ? [] : [file]), ...(truth.masks ? [] : [name])];
  const evaluator = new DetectionEvaluator(classes, { masks: maskless.length === 0 });
  for (const [index, id] of truth.images.entries()) {
    const image = await truth.load(index, maskless.length === 0);
    const detections = results[index].map((result) => ({
      ...result,
      ...resolveRegion(result, image, maskless.length === 0, resultName(file, result.position)),
    }));
    evaluator.add({ id, ...image, detections });
  }
  return {
    metrics: evaluator.metrics(),
    notices: maskless.map((side) => `${side} has no masks, so only boxes are scored.`),
  };
}

/** Whether the detections have masks: all, or none. */
function haveMasks(file: string, results: readonly (readonly CocoResult[])[]): boolean {
  const all = results.flat();
  const without = all.find(({ segmentation }) => segmentation === undefined);
  if (without === undefined) return true;
  const first = all.find(({ segmentation }) => segmentation !== undefined);
  if (first === undefined) return false;
  throw new UserError(
    `${resultName(file, without.position)} has no segmentation, but detection ${first.position} has one; either all ` +
      'or none must have one',
  );
}
