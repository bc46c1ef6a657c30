import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import { errorCode } from '../../files.js';
import { vocLayout } from '../voc/layout.js';
import { type ShapesData, shapesAsVoc } from './layout.js';
import { writeClassFolders, writeSplits } from './write.js';

/** Kinds of data sets: contents of the images, and their places on the disk. */
export type ShapesLayout = 'voc' | 'image-folder';

const writeLayout: Readonly<Record<ShapesLayout, typeof writeClassFolders>> = {
  voc: (data, onProgress) => writeSplits(data, vocLayout(shapesAsVoc(data)), onProgress),
  'image-folder': writeClassFolders,
};

/**
 * Generates the data set into `data.root`, unless it is there already. The images depend on the settings alone. The
 * folder appears when all of it is written, so an interrupted generation starts anew.
 *
 * @param onProgress called after each image with the number of images done and of all.
 * @param layout `voc`: 1 to 4 shapes an image with their masks; `image-folder`: one, in folders named by it.
 * @throws UserError when the folder holds something else or can't be written.
 */
export async function generateShapes(
  data: ShapesData,
  onProgress?: (done: number, total: number) => void,
  layout: ShapesLayout = 'voc',
): Promise<void> {
  const partial = `${path.resolve(data.root)}.partial`;
  try {
    if (await isGenerated(data, layout)) return;
    await rm(partial, { recursive: true, force: true });
    await writeLayout[layout]({ ...data, root: partial }, onProgress);
    await writeFile(
      path.join(partial, stampName),
      `${JSON.stringify(stampOf(data, layout), undefined, 2)}\n`,
    );
    await rename(partial, data.root);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw new UserError(
      `The shapes can't be written to ${data.root}: ${messageOf(error)}. Set data.root to another folder.`,
    );
  }
}

/** The file that says how a folder was generated. */
const stampName = 'shapes.json';

/** Settings that decide the images; `version` counts the changes of what is drawn. */
function stampOf({ seed, trainImages, valImages, minSide, maxSide }: ShapesData, layout: ShapesLayout) {
  const settings = { version: 2, seed, trainImages, valImages, minSide, maxSide };
  return layout === 'voc' ? settings : { ...settings, layout };
}

/** Whether the folder holds the data set of these settings; false when there is nothing. */
async function isGenerated(data: ShapesData, layout: ShapesLayout): Promise<boolean> {
  const { root } = data;
  const stamp = await readFile(path.join(root, stampName), 'utf8').catch(() => undefined);
  if (stamp === undefined) {
    const names = await readdir(root).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    });
    if (names.length === 0) return false;
    throw new UserError(
      `${root} is there but isn't a generated data set of shapes. Set data.root to a folder that doesn't exist yet.`,
    );
  }
  const made = parseStamp(stamp);
  const wanted = new Map<string, unknown>(Object.entries(stampOf(data, layout)));
  const differences = [...new Set([...made.keys(), ...wanted.keys()])]
    .filter((key) => made.get(key) !== wanted.get(key))
    .map((key) => `${key} ${made.get(key) ?? 'voc'} instead of ${wanted.get(key) ?? 'voc'}`);
  if (differences.length === 0) return true;
  throw new UserError(
    `The shapes in ${root} were generated with other settings: ${differences.join(', ')}. ` +
      'Remove the folder to generate them anew, or set data.root to another one.',
  );
}

function parseStamp(stamp: string): Map<string, unknown> {
  try {
    const settings: unknown = JSON.parse(stamp);
    return new Map(Object.entries(settings ?? {}));
  } catch {
    // Differs from all settings.
    return new Map();
  }
}
