import type { Command } from 'commander';
import type { LogEntry } from '../../api/training.js';
import { percent } from '../../metrics/metric-value.js';
import { runJob } from '../terminal/job.js';
import { duration } from '../terminal/progress.js';

interface TrainCommandOptions {
  readonly out?: string;
  readonly resume?: boolean;
}

/** `atto train`: trains the network that a config describes. */
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
    .action(trainCommand);
}

async function trainCommand(
  config: string,
  overrides: string[],
  options: TrainCommandOptions,
): Promise<void> {
  const { train } = await import('../../api/training.js');
  await runJob('Saving after this step; press Ctrl-C again to quit at once.', async (job) => {
    const { progress, listener, signal } = job;
    let total = 0;
    const { run, steps, seconds, waited } = await train(config, {
      ...options,
      ...listener,
      overrides,
      signal,
      onStart: (step, all) => {
        total = all;
        progress.show('Training', step, total);
      },
      onStep: (entry) => {
        if (entry.validation) progress.say(`step ${entry.step}: ${describeValidation(entry.validation)}`);
        progress.show('Training', entry.step, total, describeStep(entry));
      },
    });
    progress.end();
    if (steps < total) {
      console.error(
        `Interrupted after step ${steps} of ${total}; continue with --resume --out ${run.folder}`,
      );
      return;
    }
    console.error(
      `${steps} steps, ${duration(seconds)}, of which ${percent(waited / seconds)} % waiting for images. Weights: ${run.weights}\nReport: ${run.report}\nNext: atto eval ${run.folder}`,
    );
  });
}

function describeStep({ loss, losses, learningRate, imagesPerSecond }: LogEntry): string {
  const parts = Object.entries(losses).map(([name, value]) => `${name} ${value.toFixed(3)}`);
  return `loss ${loss.toFixed(3)} (${parts.join(', ')})  lr ${learningRate.toPrecision(3)}  ${imagesPerSecond.toFixed(1)} images/s`;
}

function describeValidation(metrics: Readonly<Record<string, number | null>>): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${value === null ? 'undefined' : percent(value)}`)
    .join('  ');
}
