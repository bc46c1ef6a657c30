import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { classesOf } from '../datasets/formats.js';
import { messageOf, UserError } from '../errors.js';
import { errorCode } from '../files.js';
import { findRun, type RunFolder, readRunConfig, runFolder } from '../training/run-folder.js';
import { readModelConfig } from '../weights/model-file.js';
import { withClasses } from './data-config.js';

/** A network to be counted. */
export interface SummaryTarget {
  /** As the command line names it. */
  readonly name: string;
  readonly config: Config;
  /** The run of just this network, if it is a classifier that has one. */
  readonly run: RunFolder | undefined;
}

/**
 * Reads the config that a config file, a run's folder or a weights file holds. The run of a config file is its newest one.
 *
 * @param overrides `key.path=value`, each
 * @throws UserError when there is no such thing, or it can't be read
 */
export async function readSummaryTarget(name: string, overrides: readonly string[]): Promise<SummaryTarget> {
  if (name.endsWith('.safetensors')) {
    const config = await withOutputs(await readModelConfig(name, overrides));
    const isSame = isSameClassifier(config, await readModelConfig(name));
    return { name, config, run: isSame ? runFolder(path.dirname(name)) : undefined };
  }
  const isFolder = await stat(name).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  const config = await withOutputs(
    isFolder ? await readRunConfig(runFolder(name), overrides) : await loadConfig(name, overrides),
  );
  if (config.task !== 'classification') return { name, config, run: undefined };
  const run = isFolder ? runFolder(name) : await findRun(path.parse(name).name, undefined);
  const isSame = run && isSameClassifier(config, await withOutputs(await readRunConfig(run)));
  return { name, config, run: isSame ? run : undefined };
}

/** The config with the classes that its data names, unless it says how many outputs there are without the data. */
async function withOutputs(config: Config): Promise<Config> {
  const isSaid = config.task === 'classification' && config.model.outputs !== undefined;
  return isSaid ? config : withClasses(config);
}

/** Whether an accuracy of the one holds for the other: the same layers, which see images of the same size. */
function isSameClassifier(a: Config, b: Config): boolean {
  return (
    a.task === 'classification' &&
    b.task === 'classification' &&
    a.model.backbone.name === b.model.backbone.name &&
    (a.model.outputs ?? classesOf(a.data).length) === (b.model.outputs ?? classesOf(b.data).length) &&
    a.input.size === b.input.size
  );
}

const accuracy = z.object({ top1: z.number().min(0).max(1).nullable() });

/**
 * The top-1 accuracy that a run's evaluation has written into its `metrics.json`, 0 to 1.
 *
 * @returns undefined where no image has been evaluated yet
 * @throws UserError when the file is damaged or holds no top-1
 */
export async function readTop1({ metrics }: RunFolder): Promise<number | undefined> {
  let text: string;
  try {
    text = await readFile(metrics, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new UserError(`${metrics}: can't be read: ${messageOf(error)}`);
  }
  try {
    return accuracy.parse(JSON.parse(text)).top1 ?? undefined;
  } catch {
    throw new UserError(`${metrics}: holds no top1 from 0 to 1; write it anew with: atto eval <run>`);
  }
}
