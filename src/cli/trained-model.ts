import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config/schema.js';
import { UserError } from '../errors.js';
import { exists, findRun, readRunConfig, runFolder } from '../training/run-folder.js';
import { readModelConfig } from '../weights/model-file.js';

/** A weights file, its config, and the folder that what is made of it belongs into. */
export interface TrainedModel {
  readonly weights: string;
  readonly config: Config;
  readonly folder: string;
}

/**
 * What a command means by a run's folder, a weights file, or a config, whose newest run is meant.
 *
 * @param overrides `key.path=value`, each
 * @throws UserError when there is no such thing, or nothing is trained yet
 */
export async function findTrainedModel(target: string, overrides: readonly string[]): Promise<TrainedModel> {
  if (target.endsWith('.safetensors')) {
    const config = await readModelConfig(target, overrides);
    return { weights: target, config, folder: path.dirname(target) };
  }
  if (/\.pth?$/.test(target)) {
    throw new UserError(`${target}: PyTorch's files hold no config; bring it in with: atto import`);
  }
  const isFolder = await stat(target).then(
    (entry) => entry.isDirectory(),
    () => undefined,
  );
  if (isFolder === undefined) {
    throw new UserError(`${target}: there is no such run, weights file or config`);
  }
  const name = path.basename(target).replace(/\.[^.]+$/, '');
  const run = isFolder ? runFolder(target) : await findRun(name, undefined);
  if (!run) throw new UserError(`${target}: has no run yet; make one with: atto train ${target}`);
  if (!(await exists(run.config)))
    throw new UserError(`${run.folder}: isn't a run's folder: it has no config.json`);
  if (!(await exists(run.weights))) {
    throw new UserError(`${run.folder}: has no weights yet; continue it with: atto train <config> --resume`);
  }
  return { weights: run.weights, config: await readRunConfig(run, overrides), folder: run.folder };
}

/** What a weights file is called: in a run's folder as the run. */
export function nameOf(weights: string): string {
  const { dir, name } = path.parse(path.resolve(weights));
  return name === 'weights' ? path.basename(dir) : name;
}
