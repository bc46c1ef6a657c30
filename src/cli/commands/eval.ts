import { type Command, InvalidArgumentError } from 'commander';
import { runJob } from '../terminal/job.js';

interface EvalCommandOptions {
  readonly split: 'train' | 'val';
  readonly out?: string;
  readonly json?: true;
}

/** `atto eval`: scores a trained network on a split of its data. */
export function registerEval(program: Command): void {
  program
    .command('eval')
    .description(
      "score a trained network on a split of its data: AP_d, AP_m and every other protocol's metrics",
    )
    .argument('<target>', "a run's folder, a weights file, or a config: then its newest run")
    .argument('[overrides...]', 'key.path=value, each')
    .option('--split <name>', 'train or val', parseSplit, 'val')
    .option(
      '--out <folder>',
      "folder of everything that is written (default: the run's, or beside the weights)",
    )
    .option('--json', 'print the metrics, unrounded, as JSON')
    .addHelpText(
      'after',
      `
For a detector it prints the metrics and writes report.html (metrics, curves, mistakes, the best and the worst images),
metrics.json, detections.json (COCO's results format) and pictures/ with ground truth beside prediction. For a classifier
it prints top-1 and top-5 accuracy and writes report.html (with the confusions), metrics.json and worst-mistakes.png.

Examples:
  atto eval runs/atto-mask-rcnn-2026-01-31-120000
  atto eval weights.safetensors data.root=/data/VOCdevkit --split val --out evaluation`,
    )
    .action(evalCommand);
}

async function evalCommand(
  target: string,
  overrides: string[],
  { json, ...options }: EvalCommandOptions,
): Promise<void> {
  const { evaluate } = await import('../../api/evaluation.js');
  const message = 'Stopping after the images at hand; no metrics are written.';
  const result = await runJob(message, ({ listener, signal }) =>
    evaluate(target, { ...options, ...listener, overrides, signal }),
  );
  if (!result) return;
  console.log(json ? JSON.stringify(result.metrics, null, 2) : result.text);
  console.error(['', ...result.files.map(({ title, file }) => `${title}: ${file}`)].join('\n'));
}

function parseSplit(name: string): 'train' | 'val' {
  if (name === 'train' || name === 'val') return name;
  throw new InvalidArgumentError('it is train or val; other lists are named by data.train and data.val.');
}
