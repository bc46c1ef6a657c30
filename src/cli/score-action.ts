import { scoreDetections } from '../metrics/score.js';
import { metricsTable } from '../report/tables/metrics-tables.js';
import type { ScoreOptions } from './score.js';

/** Scores a file of detections and prints the metrics: as JSON on standard output, or as tables on standard error. */
export async function score({ json, ...files }: ScoreOptions): Promise<void> {
  const scores = await scoreDetections(files);
  if (!scores) return;
  const { metrics, notices } = scores;
  for (const notice of notices) console.error(`atto: ${notice}`);
  if (json) console.log(JSON.stringify({ coco: metrics.coco, voc: metrics.voc }, null, 2));
  else console.error(metricsTable(metrics));
}
