import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { ConfigOverrides } from '../config/overrides.js';
import type { Config } from '../config/schema.js';
import type { RgbImage } from '../datasets/sample.js';
import type { EngineOptions } from '../engine/load.js';
import { UserError } from '../errors.js';
import { exists, findRun, readRunConfig, runFolder } from '../training/run-folder.js';
import { readModelConfig } from '../weights/model-config.js';

/** Weights file of a trained model with its config, and the folder for what is made of it. */
export interface TrainedModel {
  readonly weights: string;
  readonly config: Config;
  readonly folder: string;
}

/** Settings of the engine, and changes to the model's config. */
export interface LoadOptions extends EngineOptions {
  /** Such as `{ input: { shorterSide: 400 } }` or `['input.shorterSide=400']`. */
  readonly overrides?: ConfigOverrides | undefined;
}

/** An image to look at: the path of a file, its encoded bytes, or 8-bit RGB pixels. */
export type ImageSource = string | Uint8Array | RgbImage;

/** Tells a list of images from a single one. */
export function isImageList(source: ImageSource | readonly ImageSource[]): source is readonly ImageSource[] {
  return Array.isArray(source);
}

/**
 * Finds a trained model.
 *
 * @param target the folder of a run, a weights file, or a config file whose newest run is meant
 * @throws UserError when there is no such thing, or nothing is trained yet
 */
export async function findTrainedModel(target: string, overrides: ConfigOverrides): Promise<TrainedModel> {
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

/** Name of a weights file: in a run's folder that of the run. */
export function nameOfWeights(weights: string): string {
  const { dir, name } = path.parse(path.resolve(weights));
  return name === 'weights' ? path.basename(dir) : name;
}
