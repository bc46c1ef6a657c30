import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import {
  type ClassifierSummary,
  type CountOptions,
  summarizeClassifier,
} from '../../complexity/network-summary.js';
import type { ClassificationConfig, Config } from '../../config/schema.js';
import { classesOf, resolveClasses } from '../../datasets/formats.js';
import { messageOf, UserError } from '../../errors.js';
import { errorCode } from '../../files.js';
import type { RunFolder } from '../../training/run-folder.js';
import type { SummaryTarget } from '../task.js';

/**
 * Counts a classifier, and adds the top-1 accuracy of its run, where that is of just this network with input of just this
 * size.
 *
 * @throws UserError when the classes or the run's metrics can't be read
 */
export async function summarizeTrainedClassifier(
  { name, config: unresolved, run, onNotice }: SummaryTarget<ClassificationConfig>,
  { size }: CountOptions,
): Promise<ClassifierSummary> {
  const config = await withOutputs(unresolved);
  // A run's accuracy is that with the config's own input.
  if (!run || size !== undefined || !(await isSameClassifier(config, await run.readConfig()))) {
    return summarizeClassifier(name, config, { size });
  }
  const { folder } = run.folder;
  const top1 = await readTop1(run.folder);
  if (top1 !== undefined) return summarizeClassifier(name, config, { accuracy: { run: folder, top1 } });
  onNotice?.(`${folder}: has no top-1 yet; measure it with: atto eval ${folder}`);
  return summarizeClassifier(name, config);
}

/** Config with the classes that its data names, unless it states the number of outputs itself. */
async function withOutputs(config: ClassificationConfig): Promise<ClassificationConfig> {
  if (config.model.outputs !== undefined) return config;
  return { ...config, data: await resolveClasses(config.data) };
}

/** Whether the accuracy of a trained network holds for a config: the same layers, and input of the same size. */
async function isSameClassifier(a: ClassificationConfig, trained: Config): Promise<boolean> {
  if (trained.task !== a.task) return false;
  const b = await withOutputs(trained);
  const outputs = ({ model, data }: ClassificationConfig) => model.outputs ?? classesOf(data).length;
  return (
    a.model.backbone.name === b.model.backbone.name &&
    outputs(a) === outputs(b) &&
    a.input.size === b.input.size
  );
}

const accuracySchema = z.object({ top1: z.number().min(0).max(1).nullable() });

/**
 * Top-1 accuracy in a run's `metrics.json`, 0 to 1.
 *
 * @returns undefined where nothing has been evaluated yet
 * @throws UserError when the file is damaged or holds no top-1
 */
async function readTop1({ metrics }: RunFolder): Promise<number | undefined> {
  let text: string;
  try {
    text = await readFile(metrics, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new UserError(`${metrics}: can't be read: ${messageOf(error)}`);
  }
  try {
    return accuracySchema.parse(JSON.parse(text)).top1 ?? undefined;
  } catch {
    throw new UserError(`${metrics}: holds no top1 from 0 to 1; write it anew with: atto eval <run>`);
  }
}
