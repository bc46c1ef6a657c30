import { type Command, InvalidArgumentError } from 'commander';

export interface EvalOptions {
  readonly split: 'train' | 'val';
  readonly out?: string;
}

/** `atto eval`: scores a trained network on a split of its data. */
export function registerEval(program: Command): void {
  program
    .command('eval')
    .description(
      "score a trained network on a split of its data: AP_d, AP_m and every other protocol's figures",
    )
    .argument('<target>', "a run's folder, a weights file, or a config: then its newest run")
    .argument('[overrides...]', 'key.path=value, each')
    .option('--split <name>', 'train or val', parseSplit, 'val')
    .option(
      '--out <folder>',
      "where all that is written goes (default: the run's folder or beside the weights)",
    )
    .addHelpText(
      'after',
      `
Of a detector it prints the figures and writes report.html (figures, curves, mistakes, the best and the worst images),
metrics.json, detections.json (COCO's results format) and pictures/ with truth beside prediction. Of a classifier it
prints top-1 and top-5 accuracy and writes report.html (with the confusions), metrics.json and worst-mistakes.png.

Examples:
  atto eval runs/atto-mask-rcnn-2026-01-31-120000
  atto eval weights.safetensors data.root=/data/VOCdevkit --split val --out evaluation`,
    )
    .action(async (target: string, overrides: string[], options: EvalOptions) => {
      const { evalAction } = await import('./eval-action.js');
      await evalAction(target, overrides, options);
    });
}

function parseSplit(name: string): 'train' | 'val' {
  if (name === 'train' || name === 'val') return name;
  throw new InvalidArgumentError('it is train or val; other lists are named by data.train and data.val.');
}
