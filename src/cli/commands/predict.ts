import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import { runJob } from '../terminal/job.js';
import { separateOverrides } from '../terminal/overrides.js';

interface PredictCommandOptions {
  readonly weights: string;
  readonly out?: string;
  readonly score?: string;
  readonly json?: true;
  readonly precision?: 'float32' | 'bf16';
}

/** Maximum number of images whose results are printed one by one. */
const printedImages = 16;

/** `atto predict`: finds objects in images, or tells what they show. */
export function registerPredict(program: Command): void {
  program
    .command('predict')
    .description(
      'find objects in images: a picture with masks and boxes of each, and the detections; with the weights of a ' +
        'classifier, tell what they show',
    )
    .argument(
      '<images...>',
      'files, folders (their images, without subfolders) and globs; and key.path=value, each, to change the config',
    )
    .requiredOption('--weights <file>', "a weights file, or a run's folder")
    .option(
      '--out <folder>',
      'folder of the pictures and detections.json or predictions.json (default: predictions)',
    )
    .option('--score <minimum>', 'minimum score of a detection, 0 to 1 (default: 0.5)')
    .option(
      '--json',
      "print one array: detections in COCO's results format, or classes; files only with --out",
    )
    .addOption(
      new Option(
        '--precision <kind>',
        "bf16 lets matrix multiplications round to bfloat16, which is faster where the processor has it (default: the config's)",
      ).choices(['float32', 'bf16']),
    )
    .addHelpText(
      'after',
      `
A picture is named after its image's file, and so is a detection's image_id. Images that can't be read are reported
and left out; the exit code is 2 then. Other files in a folder are named, and hidden ones passed over. A classifier's five most probable classes of each image go to the terminal and
into predictions.json, without pictures.

Examples:
  atto predict street.jpg --weights weights.safetensors
  atto predict holidays 'archive/**/*.jpg' --weights runs/shapes-2026-01-31-120000 --out found --score 0.7
  atto predict street.jpg input.shorterSide=400 --weights weights.safetensors --json > detections.json`,
    )
    .action(predictCommand);
}

async function predictCommand(
  args: string[],
  { json, out, score, ...options }: PredictCommandOptions,
): Promise<void> {
  const { predict } = await import('../../api/index.js');
  const { targets, overrides } = separateOverrides(args);
  const folder = out ?? (json ? undefined : 'predictions');
  const message = 'Stopping after this image; the results so far are kept.';
  await runJob(message, async ({ progress, listener, signal }) => {
    const { results, images, summary, file } = await predict(targets, {
      ...options,
      ...listener,
      overrides,
      signal,
      out: folder,
      score: score === undefined ? undefined : parseScore(score),
      onImage: ({ file: image, summary: found, unreadable, done, total }) => {
        if (unreadable !== undefined) progress.say(`atto: ${unreadable}`);
        else if (total <= printedImages) progress.say(`${image}: ${found}`);
        if (total > printedImages) progress.show('Predicting', done, total, image);
      },
    });
    progress.end();
    if (json) console.log(JSON.stringify(results));
    if (file !== undefined) console.error(`${summary}: ${file}`);
    if (images.unreadable > 0 && !signal.aborted) process.exitCode = 2;
  });
}

function parseScore(text: string): number {
  const score = Number(text);
  if (text.trim() !== '' && score >= 0 && score <= 1) return score;
  throw new UserError(`--score ${text}: must be a number from 0 to 1`);
}
