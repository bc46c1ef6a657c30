import type { Command } from 'commander';
import { UserError } from '../../errors.js';
import { separateOverrides } from '../terminal/overrides.js';

interface SummaryCommandOptions {
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
    .option('--box-rois <n>', 'number of RoIs in the box head', '1000')
    .option('--mask-rois <n>', 'number of RoIs in the mask head', '100')
    .option('--json', 'print the counts and what they assume as JSON')
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
    .action(summaryCommand);
}

async function summaryCommand(args: string[], options: SummaryCommandOptions): Promise<void> {
  const { summarizeNetworks } = await import('../../api/evaluation.js');
  const { targets, overrides } = separateOverrides(args);
  if (targets.length === 0) {
    throw new UserError(`${overrides.join(' ')}: of which config? Name its file, too`);
  }
  const { size, boxRois, maskRois, json } = options;
  const { summaries, text } = await summarizeNetworks(targets, {
    overrides,
    size: size === undefined ? undefined : parseSize(size),
    boxRois: parseCount('--box-rois', boxRois),
    maskRois: parseCount('--mask-rois', maskRois),
    onNotice: (notice) => console.error(notice),
  });
  console.log(json ? JSON.stringify(summaries, null, 2) : text);
}

function parseSize(text: string): { height: number; width: number } {
  const [, height, width] = /^([1-9]\d{0,4})[x×]([1-9]\d{0,4})$/i.exec(text) ?? [];
  if (width === undefined) {
    throw new UserError(`--size ${text}: must be height and width in pixels, such as 800x1088`);
  }
  return { height: Number(height), width: Number(width) };
}

function parseCount(option: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new UserError(`${option} ${text}: must be a whole number from 0`);
  return Number(text);
}
