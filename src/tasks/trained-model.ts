import { stat } from 'node:fs/promises';
import path from 'node:path';
import { loadConfig } from '../config/load.js';
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

/**
 * Checks what a program gives as an image.
 *
 * @throws UserError for pixels that aren't 8-bit RGB of their size, and for anything else that is no image
 */
export function requireImageSource(source: ImageSource): void {
  if (typeof source === 'string' || source instanceof Uint8Array) return;
  const { width, height, data }: Partial<RgbImage> = source ?? {};
  const isLength = (length: number | undefined) => Number.isInteger(length) && Number(length) >= 1;
  if (!(data instanceof Uint8Array) || !isLength(width) || !isLength(height)) {
    throw new UserError(
      'the image: must be the path of a file, its bytes as a Uint8Array, or {width, height, data} with data a Uint8Array',
    );
  }
  if (data.length !== 3 * Number(width) * Number(height)) {
    throw new UserError(
      `the image: ${width}×${height} pixels of RGB are ${3 * Number(width) * Number(height)} bytes, but data has ${data.length}`,
    );
  }
}

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
  if (!isFolder && !/\.([cm]?[jt]s|json)$/.test(target)) {
    throw new UserError(
      `${target}: is neither a run's folder nor a weights file (.safetensors) nor a config`,
    );
  }
  // The run's own config counts; the file's may register a backbone or a data format that the run has.
  if (!isFolder) await loadConfig(target);
  const run = isFolder ? runFolder(target) : await findRun(path.parse(target).name, undefined);
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
