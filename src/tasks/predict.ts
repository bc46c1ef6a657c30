import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import type { ConfigOverrides } from '../config/overrides.js';
import { listed } from '../datasets/classes.js';
import { looksLikeImage } from '../datasets/images/encoded-faults.js';
import { imageExtensions, isHidden, isImageName } from '../datasets/images/image-names.js';
import { readAhead } from '../datasets/loading/read-ahead.js';
import { writeImage } from '../drawing/canvas.js';
import type { EngineOptions } from '../engine/load.js';
import { messageOf, UserError } from '../errors.js';
import { writeTextAtomically } from '../files.js';
import { taskOf } from './find-task.js';
import type { JobListener } from './listener.js';
import type { Prediction } from './predictor.js';
import { findTrainedModel } from './trained-model.js';

export interface PredictOptions extends JobListener, EngineOptions {
  /** Weights file, folder of a run, or config file whose newest run is meant. */
  readonly weights: string;
  readonly overrides?: ConfigOverrides | undefined;
  /** Folder for the results, and for the images that a detector draws; nothing is written by default. */
  readonly out?: string | undefined;
  /** Minimum score of a detection, exclusive, from 0 to 1; 0.5 by default. Classifiers have none. */
  readonly score?: number | undefined;
  /** Ends the prediction after the image at hand; the result then holds the images so far. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each image. */
  onImage?(image: PredictedImage): void;
}

/** An image that was looked at, or couldn't be read. */
export interface PredictedImage {
  readonly file: string;
  /** Its prediction in words. */
  readonly summary: string | undefined;
  /** Message about an image that can't be read. */
  readonly unreadable: string | undefined;
  /** Number of images done, and of all. */
  readonly done: number;
  readonly total: number;
}

/** Predictions for files. */
export interface PredictionResult {
  /** Detections in COCO's results format, or the most probable classes of each image. */
  readonly results: Prediction['results'];
  /** Numbers of images that were found, read, and unreadable. */
  readonly images: { readonly found: number; readonly read: number; readonly unreadable: number };
  /** Results in words. */
  readonly summary: string;
  /** File with the results, where `out` was given. */
  readonly file: string | undefined;
}

/**
 * Predicts for image files.
 *
 * @param targets files, folders (the images in them, without subfolders) and globs
 * @throws UserError when there are no such images, or the model can't be loaded
 */
export async function predict(
  targets: readonly string[],
  options: PredictOptions,
): Promise<PredictionResult> {
  const { weights, overrides = [], out, score, signal, threads, precision } = options;
  signal?.throwIfAborted();
  const files = await findImageFiles(targets, options.onNotice);
  const { config } = await findTrainedModel(weights, overrides);
  const predictor = await taskOf(config).predictor(weights, { overrides, score, threads, precision });
  const results: Prediction['results'][number][] = [];
  let read = 0;
  let unreadable = 0;
  let names: ReadonlyMap<string, string> | undefined;
  // Reads an image while the network looks at the one before.
  const images = readAhead(
    (n) => files[n],
    files.length,
    { read: (file: string) => predictor.read(file), close: async () => {} },
    1,
  );
  const take = async (file: string, prediction: Prediction): Promise<void> => {
    results.push(...prediction.results);
    if (out === undefined || !prediction.picture) return;
    names ??= pictureNames(files, options);
    await writeImage(path.join(out, `${names.get(file)}.png`), prediction.picture());
  };
  try {
    for (const [done, file] of files.entries()) {
      const image = { file, done: done + 1, total: files.length };
      const predicted = await images.next().then(predictOne).catch(unreadableOf(file));
      if (typeof predicted === 'string') {
        unreadable++;
        options.onImage?.({ ...image, summary: undefined, unreadable: predicted });
      } else {
        await take(file, predicted);
        read++;
        options.onImage?.({ ...image, summary: predicted.summary, unreadable: undefined });
      }
      // Lets an interrupt come through.
      await new Promise(setImmediate);
      if (signal?.aborted) break;
    }
  } finally {
    predictor.dispose();
  }
  const file = out === undefined ? undefined : path.join(out, predictor.resultsFile);
  if (file !== undefined) await writeTextAtomically(file, JSON.stringify(results));
  return {
    results,
    images: { found: files.length, read, unreadable },
    summary: predictor.describeResults(results.length, read),
    file,
  };
}

function predictOne(predictImage: () => Promise<Prediction>): Promise<Prediction> {
  return predictImage();
}

/** Message about an image that can't be looked at, whatever the reason: the others' results don't depend on it. */
function unreadableOf(file: string): (error: unknown) => string {
  return (error) =>
    error instanceof UserError ? error.message : `${file} can't be looked at: ${messageOf(error)}`;
}

/** Names of the drawn images: the files' stems, with a number where several files share one. */
function pictureNames(files: readonly string[], { onNotice }: JobListener): Map<string, string> {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const file of files) {
    const stem = path.parse(file).name;
    let name = stem;
    // File systems may not tell upper case from lower case.
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${stem}-${n}`;
    taken.add(name.toLowerCase());
    names.set(file, name);
    if (name !== stem) {
      onNotice?.(
        `${file}: another image has this name; its picture is ${name}.png, the image_id is the same`,
      );
    }
  }
  return names;
}

/**
 * Finds image files, each once, in the order of the targets and by name within one.
 *
 * @param targets files, folders (the images in them, without subfolders) and globs; hidden files are taken by name only
 * @param onNotice is told of files in a folder that are no images
 * @throws UserError when one of them is missing or holds no images
 */
export async function findImageFiles(
  targets: readonly string[],
  onNotice?: (notice: string) => void,
): Promise<string[]> {
  const files: string[] = [];
  for (const target of targets) files.push(...(await imagesOf(target, onNotice)));
  const places = new Map(files.map((file) => [path.resolve(file), file]));
  return [...places.values()];
}

async function imagesOf(target: string, onNotice?: (notice: string) => void): Promise<string[]> {
  const entry = await stat(target).catch(() => undefined);
  if (entry?.isDirectory()) return imagesIn(target, onNotice);
  if (entry) return [target];
  if (!isDynamicPattern(target)) throw new UserError(`${target}: there is no such image or folder`);
  // A path on Windows has backslashes, which would escape in a glob.
  const matches = await glob(target.replaceAll(path.sep, '/'), { absolute: path.isAbsolute(target) });
  if (matches.length === 0) throw new UserError(`${target}: no file matches`);
  return matches.sort();
}

/** Images in a folder, by their names or else by their first bytes. */
async function imagesIn(folder: string, onNotice?: (notice: string) => void): Promise<string[]> {
  const images: string[] = [];
  const others: string[] = [];
  for (const name of (await readdir(folder)).filter((name) => !isHidden(name)).sort()) {
    const place = path.join(folder, name);
    const entry = await stat(place).catch(() => undefined);
    if (entry?.isDirectory()) continue;
    if (isImageName(name) || (entry?.isFile() && looksLikeImage(await firstBytes(place)))) images.push(place);
    else others.push(name);
  }
  if (images.length === 0) {
    throw new UserError(
      `${folder}: has no images (${imageExtensions.join(', ')}); for its subfolders: '${path.join(folder, '**/*.jpg')}'`,
    );
  }
  if (others.length > 0) {
    onNotice?.(`${folder}: left out, since they are no images (${others.length}): ${listed(others)}`);
  }
  return images;
}

/** First bytes of a file; none of one that can't be read. */
async function firstBytes(file: string): Promise<Uint8Array> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return new Uint8Array();
  }
}
