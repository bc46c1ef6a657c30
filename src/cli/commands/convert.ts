import { type Command, Option } from 'commander';
import { runJob } from '../terminal/job.js';

interface ConvertCommandOptions {
  readonly split: 'train' | 'val';
  readonly out: string;
}

/** `atto convert`: writes any data set as a COCO annotation file. */
export function registerConvert(program: Command): void {
  program
    .command('convert')
    .description('write the annotations of a data set as a COCO annotation file')
    .argument('<config>', 'config file, such as configs/voc2012/atto-mask-rcnn.ts')
    .argument('[overrides...]', 'key.path=value, each')
    .addOption(new Option('--split <name>', 'which split').choices(['train', 'val']).default('train'))
    .requiredOption('--out <file>', 'the annotation file, such as instances.json')
    .addHelpText(
      'after',
      `
Masks become compressed run lengths; category ids count the config's classes from 1, other classes of the data follow.
VOC's flag for difficult objects becomes "difficult": 1. The images stay where they are.

Example:
  atto convert configs/voc2012/atto-mask-rcnn.ts data.root=/data/VOCdevkit --split val --out instances_val.json`,
    )
    .action(convertCommand);
}

async function convertCommand(
  config: string,
  overrides: string[],
  options: ConvertCommandOptions,
): Promise<void> {
  const { convertData } = await import('../../api/datasets.js');
  const message = 'Stopping after this image; nothing is written.';
  const written = await runJob(message, ({ listener, signal }) =>
    convertData(config, { ...options, ...listener, overrides, signal }),
  );
  if (!written) return;
  console.error(`${written.images} images, ${written.objects} objects: ${options.out}`);
  console.error(`The images are in ${written.imagesFolder}`);
  for (const notice of written.notices) console.error(notice);
}
