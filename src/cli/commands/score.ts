import type { Command } from 'commander';
import { runJob } from '../terminal/job.js';

interface ScoreCommandOptions {
  readonly groundTruth: string;
  readonly detections: string;
  readonly split: string;
  readonly json?: true;
}

/** `atto score`: average precision of detections from any tool. */
export function registerScore(program: Command): void {
  program
    .command('score')
    .description(
      'score detections that any tool wrote in the COCO results format by the protocols of VOC and COCO',
    )
    .requiredOption(
      '--ground-truth <path>',
      'a COCO annotation file, or a VOC devkit folder such as VOCdevkit/VOC2012',
    )
    .requiredOption('--detections <file>', 'a list of {image_id, category_id, bbox, score, segmentation}')
    .option('--split <name>', 'VOC: a list in ImageSets/Segmentation', 'val')
    .option('--json', 'print all metrics, unrounded, as JSON')
    .addHelpText(
      'after',
      `
Masks are scored when all objects of both files have them ("segmentation": RLE or polygons). In a VOC folder,
image_id is the file's name without extension and category_id counts the classes from 1.

Example:
  atto score --ground-truth data/VOCdevkit/VOC2012 --detections results.json`,
    )
    .action(scoreCommand);
}

async function scoreCommand({ json, ...options }: ScoreCommandOptions): Promise<void> {
  // Not by way of the entry, which takes longer to load than a small file to score.
  const { scoreDetections } = await import('../../metrics/score.js');
  const { metricsTable } = await import('../../report/tables/metrics-tables.js');
  await runJob('Stopping after this image; nothing is scored.', async ({ progress, signal }) => {
    const { metrics, notices } = await scoreDetections({
      ...options,
      signal,
      onProgress: (done, total) => progress.show('Scoring', done, total),
    });
    for (const notice of notices) progress.say(`atto: ${notice}`);
    progress.end();
    const { coco, voc } = metrics;
    console.log(json ? JSON.stringify({ coco, voc }, null, 2) : metricsTable(metrics));
  });
}
