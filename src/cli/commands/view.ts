import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import { runJob } from '../terminal/job.js';

interface ViewCommandOptions {
  readonly split: 'train' | 'val';
  readonly count: string;
  readonly augmented?: boolean;
  readonly out?: string;
}

/** `atto view`: pictures of samples as the network will see them. */
export function registerView(program: Command): void {
  program
    .command('view')
    .description('draw samples of a data set as the network will see them, before training')
    .argument('<config>', 'config file, such as configs/voc2012/atto-mask-rcnn.ts')
    .argument('[overrides...]', 'key.path=value, each')
    .addOption(new Option('--split <name>', 'which split').choices(['train', 'val']).default('train'))
    .option('--count <n>', 'number of samples', '16')
    .option(
      '--augmented',
      "the training split's samples as training takes them: shuffled, flipped, at its scales",
    )
    .option('--out <folder>', "folder of the pictures (default: view/<config's name>-<split>)")
    .addHelpText(
      'after',
      `
Samples are scaled to the network's input and drawn with their objects: a picture each, and sheet.png with all of them.
They are spread evenly over the split; with --augmented they are the first ones that training takes. Prints the folder.

Examples:
  atto view configs/shapes/shapes.ts
  atto view configs/voc2012/atto-mask-rcnn.ts data.root=/data/VOCdevkit --count 32 --augmented`,
    )
    .action(viewCommand);
}

async function viewCommand(
  config: string,
  overrides: string[],
  { count, ...options }: ViewCommandOptions,
): Promise<void> {
  const { viewSamples } = await import('../../api/drawing.js');
  const message = 'Stopping after this sample.';
  const viewed = await runJob(message, ({ listener, signal }) =>
    viewSamples(config, { ...options, ...listener, overrides, signal, count: parseCount(count) }),
  );
  if (!viewed) return;
  console.error(`${viewed.samples} samples and sheet.png:`);
  console.log(viewed.folder);
}

function parseCount(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new UserError(`--count ${text}: must be a whole number`);
}
