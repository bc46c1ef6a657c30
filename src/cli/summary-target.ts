import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Config } from '../config/schema.js';
import { messageOf, UserError } from '../errors.js';
import { errorCode } from '../files.js';
import { findRun, type RunFolder, readRunConfig, runFolder } from '../training/run-folder.js';
import { readModelConfig } from '../weights/model-file.js';
import { loadDataConfig, withClasses } from './data-config.js';

/** A network to be counted. */
export interface SummaryTarget {
  /** As the command line names it. */
  readonly name: string;
  readonly config: Config;
  /** The run whose accuracy is the network's. */
  readonly run: RunFolder | undefined;
}

/**
 * Reads the config that a config file, a run's folder or a weights file holds. A classifier's config file has the run of
 * its newest training, if that was one of the same network.
 *
 * @param overrides `key.path=value`, each
 * @throws UserError when there is no such thing, or it can't be read
 */
export async function readSummaryTarget(name: string, overrides: readonly string[]): Promise<SummaryTarget> {
  if (name.endsWith('.safetensors')) {
    const config = await withClasses(await readModelConfig(name, overrides));
    return { name, config, run: runFolder(path.dirname(name)) };
  }
  const isFolder = await stat(name).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (isFolder) {
    const run = runFolder(name);
    return { name, config: await withClasses(await readRunConfig(run, overrides)), run };
  }
  const config = await loadDataConfig(name, overrides);
  if (config.task !== 'classification') return { name, config, run: undefined };
  const run = await findRun(path.parse(name).name, undefined);
  return { name, config, run: run && isSameNetwork(config, await readRunConfig(run)) ? run : undefined };
}

/** Whether an accuracy of the one holds for the other: the same layers that see images of the same size. */
function isSameNetwork(a: Config, b: Config): boolean {
  return (
    a.task === 'classification' &&
    b.task === 'classification' &&
    a.model.backbone.name === b.model.backbone.name &&
    a.model.outputs === b.model.outputs &&
    a.input.size === b.input.size
  );
}

const accuracy = z.object({ top1: z.number().min(0).max(1) });

/**
 * The top-1 accuracy that a run's evaluation has written into its `metrics.json`, 0 to 1.
 *
 * @returns undefined where nothing has been evaluated yet
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
    return accuracy.parse(JSON.parse(text)).top1;
  } catch {
    throw new UserError(`${metrics}: holds no top1 from 0 to 1; write it anew with: atto eval <run>`);
  }
}
