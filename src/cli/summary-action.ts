import {
  type CountOptions,
  countingRules,
  type MeasuredAccuracy,
  summarizeClassifier,
  summarizeDetector,
} from '../complexity/network-summary.js';
import { UserError } from '../errors.js';
import type { ImageSize } from '../geometry/image-size.js';
import { classifierNotes, classifierTable, complexityTable } from '../report/tables/complexity-tables.js';
import type { RunFolder } from '../training/run-folder.js';
import type { SummaryOptions } from './summary.js';
import { readSummaryTarget, readTop1 } from './summary-target.js';

/** Counts and prints: as JSON on standard output, or as a table on standard error. */
export async function summaryAction(
  targets: readonly string[],
  { size, boxRois, maskRois, json }: SummaryOptions,
): Promise<void> {
  const names = targets.filter((target) => !isOverride(target));
  const overrides = targets.filter(isOverride);
  if (names.length === 0) {
    throw new UserError(`${overrides.join(' ')}: of which config? Name its file, too`);
  }
  const wanted = {
    size: size === undefined ? undefined : parseSize(size),
    boxRois: parseCount('--box-rois', boxRois),
    maskRois: parseCount('--mask-rois', maskRois),
  };
  const summaries = [];
  for (const name of names) summaries.push(await summarize(name, overrides, wanted));
  if (json) {
    console.log(JSON.stringify(summaries, null, 2));
    return;
  }
  const detectors = summaries.flatMap((summary) => (summary.task === 'classification' ? [] : [summary]));
  const classifiers = summaries.flatMap((summary) => (summary.task === 'classification' ? [summary] : []));
  if (detectors.length > 0) {
    console.error(complexityTable(detectors));
    console.error(
      `For one image, with ${wanted.boxRois} RoIs in the box head and ${wanted.maskRois} in the mask head.`,
    );
  }
  if (classifiers.length > 0) {
    console.error(classifierTable(classifiers));
    console.error(classifierNotes(classifiers));
  }
  console.error(`Parameters: ${countingRules.parameters}.\nMultiply-adds: ${countingRules.multiplyAdds}.`);
}

async function summarize(target: string, overrides: readonly string[], options: CountOptions) {
  const { name, config, run } = await readSummaryTarget(target, overrides);
  if (config.task !== 'classification') return summarizeDetector(name, config, options);
  // A run's accuracy is that with the config's own input.
  const accuracy = run && options.size === undefined ? await measuredAccuracy(run) : undefined;
  return summarizeClassifier(name, config, { size: options.size, accuracy });
}

async function measuredAccuracy(run: RunFolder): Promise<MeasuredAccuracy | undefined> {
  const top1 = await readTop1(run);
  if (top1 !== undefined) return { run: run.folder, top1 };
  console.error(`${run.folder}: has no top-1 yet; measure it with: atto eval ${run.folder}`);
  return undefined;
}

const isOverride = (target: string): boolean => /^[\w.]+=/.test(target);

function parseSize(text: string): ImageSize {
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
