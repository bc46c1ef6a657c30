import { type Command, Option } from 'commander';
import { runJob } from '../terminal/job.js';

interface CheckCommandOptions {
  readonly split?: 'train' | 'val';
  readonly json?: true;
}

/** `atto check`: validates a data set before hours are spent on it. */
export function registerCheck(program: Command): void {
  program
    .command('check')
    .description('read every image and annotation of a data set, and say what is wrong or doubtful')
    .argument('<config>', 'config file, such as configs/voc2012/atto-mask-rcnn.ts')
    .argument('[overrides...]', 'key.path=value, each')
    .addOption(new Option('--split <name>', 'one split alone (default: both)').choices(['train', 'val']))
    .option('--json', 'print all findings and the summary as JSON')
    .addHelpText(
      'after',
      `
Exits with 1 when there are faults, with 0 when there are warnings or nothing; see --json for all cases of a kind.
Training makes the same checks when it starts.

Examples:
  atto check configs/voc2012/atto-mask-rcnn.ts data.root=/data/VOCdevkit
  atto check configs/shapes/shapes.ts --split val --json > findings.json`,
    )
    .action(checkCommand);
}

async function checkCommand(
  config: string,
  overrides: string[],
  { split, json }: CheckCommandOptions,
): Promise<void> {
  const { check } = await import('../../api/datasets.js');
  await runJob('Stopping; the findings so far follow.', async ({ progress, listener, signal }) => {
    const { result, text } = await check(config, { ...listener, overrides, split, signal });
    progress.end();
    console.log(json ? JSON.stringify(result, null, 2) : text);
    if (result.complete && result.faults > 0) process.exitCode = 1;
  });
}
