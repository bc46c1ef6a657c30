import type { Command } from 'commander';

export interface TrainOptions {
  readonly out?: string;
  readonly resume?: boolean;
}

/** `atto train`: trains what a config describes. */
export function registerTrain(program: Command): void {
  program
    .command('train')
    .description('train the network that a config describes')
    .argument('<config>', 'config file, such as configs/voc2012/atto-mask-rcnn.ts')
    .argument('[overrides...]', 'key.path=value, each')
    .option('--out <folder>', "folder of the run (default: runs/<config's name>-<date>)")
    .option('--resume', 'continue the run in --out, else the newest run of this config')
    .addHelpText(
      'after',
      `
Writes config.json, log.jsonl (a line a step), tensorboard/, checkpoints/ and weights.safetensors into the run's folder.
Ctrl-C saves a checkpoint and exits; a second one exits at once.

Examples:
  atto train configs/voc2012/atto-mask-rcnn.ts data.root=/data/VOCdevkit training.steps=20000
  atto train configs/voc2012/atto-mask-rcnn.ts --resume`,
    )
    .action(async (config: string, overrides: string[], options: TrainOptions) => {
      const { trainAction } = await import('./train-action.js');
      await trainAction(config, overrides, options);
    });
}
