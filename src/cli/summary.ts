import type { Command } from 'commander';

export interface SummaryOptions {
  readonly size?: string;
  readonly boxRois: string;
  readonly maskRois: string;
  readonly json?: true;
}

/** `atto summary`: parameters and multiply-adds of networks. */
export function registerSummary(program: Command): void {
  program
    .command('summary')
    .description('count parameters and multiply-adds of the networks that configs or runs describe')
    .argument(
      '<configs...>',
      'config files, folders of runs or weights files, and key.path=value, each, which holds for all of them',
    )
    .option(
      '--size <HxW>',
      "height and width of the network's input (default: the largest that the config allows)",
    )
    .option('--box-rois <n>', 'RoIs that the box head looks at', '1000')
    .option('--mask-rois <n>', 'RoIs that the mask head looks at', '100')
    .option('--json', 'print the figures and what they assume as JSON on standard output')
    .addHelpText(
      'after',
      `
Counts by running the networks' own forward passes on shapes, so it needs neither weights nor the engine. With several
detectors, each one's totals are also given as multiples of the first one's.

Classifiers are a row each, as in the paper's Table 2, whose figures stand beside the counted ones. A run's top-1 and the
NetScore that it makes are there once it is evaluated; a config file has those of its newest run.

Examples:
  atto summary configs/voc2012/atto-mask-rcnn.ts --size 1024x1024
  atto summary configs/voc2012/*.ts model.mask.channels=128 --size 800x1088 --box-rois 300
  atto summary configs/imagenet50/*.ts
  atto summary runs/attonet-d-2026-01-31-120000 configs/imagenet50/mobilenet-v2.ts`,
    )
    .action(async (targets: string[], options: SummaryOptions) => {
      const { summaryAction } = await import('./summary-action.js');
      await summaryAction(targets, options);
    });
}
