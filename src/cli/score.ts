import type { Command } from 'commander';

/** `atto score`: the average precision of detections from any tool. */
export function registerScore(program: Command): void {
  program
    .command('score')
    .description(
      'score detections that any tool wrote in COCO’s results format, by VOC’s and COCO’s protocols',
    )
    .requiredOption(
      '--ground-truth <path>',
      'a COCO annotation file, or a VOC devkit folder such as VOCdevkit/VOC2012',
    )
    .requiredOption('--detections <file>', 'a list of {image_id, category_id, bbox, score, segmentation}')
    .option('--split <name>', 'VOC: a list in ImageSets/Segmentation', 'val')
    .option('--json', 'print all figures, unrounded, as JSON on standard output')
    .addHelpText(
      'after',
      `
Masks are scored when the detections have them ("segmentation": RLE or polygons). In a VOC folder,
image_id is the file's name without extension and category_id counts the classes from 1.

Example:
  atto score --ground-truth data/VOCdevkit/VOC2012 --detections results.json`,
    )
    .action(async (options: ScoreOptions) => {
      const { score } = await import('./score-action.js');
      await score(options);
    });
}

export interface ScoreOptions {
  readonly groundTruth: string;
  readonly detections: string;
  readonly split: string;
  readonly json?: true;
}
