import { type Command, Option } from 'commander';

export interface CheckOptions {
  readonly split?: 'train' | 'val';
  readonly json?: boolean;
}

/** `atto check`: validates a data set before hours are spent on it. */
export function registerCheck(program: Command): void {
  program
    .command('check')
    .description('read every image and annotation of a data set, and say what is wrong or doubtful')
    .argument('<config>', 'config file, such as configs/voc2012/atto-mask-rcnn.ts')
    .argument('[overrides...]', 'key.path=value, each')
    .addOption(new Option('--split <name>', 'one split alone (default: both)').choices(['train', 'val']))
    .option('--json', 'print all findings and the summary as JSON on standard output')
    .addHelpText(
      'after',
      `
Exits with 1 when there are faults, with 0 when there are warnings or nothing; see --json for all cases of a kind.
Training makes the same checks when it starts.

Examples:
  atto check configs/voc2012/atto-mask-rcnn.ts data.root=/data/VOCdevkit
  atto check configs/shapes/shapes.ts --split val --json > findings.json`,
    )
    .action(async (config: string, overrides: string[], options: CheckOptions) => {
      const { checkAction } = await import('./check-action.js');
      await checkAction(config, overrides, options);
    });
}
