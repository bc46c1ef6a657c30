import { type Command, Option } from 'commander';
import type { Precision } from '../engine/load.js';

export interface PredictOptions {
  readonly weights: string;
  readonly out?: string;
  readonly score?: string;
  readonly json?: boolean;
  readonly precision?: Precision;
}

/** `atto predict`: finds objects in photographs, or says what they show. */
export function registerPredict(program: Command): void {
  program
    .command('predict')
    .description(
      'find objects in photographs: a picture with masks and boxes of each, and the detections; with the weights of a ' +
        'classifier, say what they show',
    )
    .argument('<images...>', 'files, folders (their images, without subfolders) and globs')
    .requiredOption('--weights <file>', "a weights file, or a run's folder")
    .option(
      '--out <folder>',
      'folder of the pictures and detections.json or predictions.json (default: predictions)',
    )
    .option('--score <least>', 'detections that score less are left out, 0 to 1 (default: 0.5)')
    .option(
      '--json',
      "print one array: detections in COCO's results format, or classes; files only with --out",
    )
    .addOption(
      new Option(
        '--precision <kind>',
        "bf16 lets products round to bfloat16, which is faster where the processor has it (default: the config's)",
      ).choices(['float32', 'bf16'] satisfies Precision[]),
    )
    .addHelpText(
      'after',
      `
A picture is named after its image's file, and so is a detection's image_id. Images that can't be read are reported
and left out; the exit code is 2 then. A classifier's five most probable classes of each image go to the terminal and
into predictions.json, without pictures.

Examples:
  atto predict photo.jpg --weights weights.safetensors
  atto predict holidays 'archive/**/*.jpg' --weights runs/shapes-2026-01-31-120000 --out found --score 0.7
  atto predict photo.jpg --weights weights.safetensors --json > detections.json`,
    )
    .action(async (images: string[], options: PredictOptions) => {
      const { predictAction } = await import('./predict-action.js');
      await predictAction(images, options);
    });
}
