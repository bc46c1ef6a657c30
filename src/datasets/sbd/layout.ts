import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../../errors.js';
import { classList, commonKeys } from '../dataset-format.js';
import { vocClasses } from '../voc/classes.js';

/** Data section of a config with the Semantic Boundaries Dataset. */
export const sbdSchema = z.strictObject({
  format: z.literal('sbd'),
  /** The folder that holds `dataset` with img and inst. */
  root: z.string(),
  /** Names of lists beside img. */
  train: z.string().default('train'),
  val: z.string().default('val'),
  /** Classes that are learned; objects of others are ignored. */
  classes: classList.default([...vocClasses]),
  ...commonKeys,
});
export type SbdData = z.output<typeof sbdSchema>;

/** Places of the Semantic Boundaries Dataset's pieces. */
export interface SbdLayout {
  readonly folder: string;
  readonly images: string;
  image(id: string): string;
  instances(id: string): string;
  split(name: string): string;
}

/** The paths of a config's data, whether or not anything is there. */
export function sbdLayout({ root }: SbdData): SbdLayout {
  const inside = path.join(root, 'dataset');
  // torchvision's download has the pieces without the folder around them.
  const folder = !existsSync(inside) && existsSync(path.join(root, 'inst')) ? root : inside;
  return {
    folder,
    images: path.join(folder, 'img'),
    image: (id) => path.join(folder, 'img', `${id}.jpg`),
    instances: (id) => path.join(folder, 'inst', `${id}.mat`),
    split: (name) => path.join(folder, `${name}.txt`),
  };
}

/**
 * Checks that the folders are there that every image needs.
 *
 * @throws UserError that says which folder was looked for and, where it can be seen, what `data.root` should be.
 */
export async function requireSbdFolders(data: SbdData): Promise<void> {
  const { folder } = sbdLayout(data);
  const inside = await readdir(folder).catch(() => undefined);
  if (inside === undefined) throw new UserError(`There is no folder ${folder}. ${await advice(data)}`);
  const missing = ['img', 'inst'].find((name) => !inside.includes(name));
  if (missing === undefined) return;
  throw new UserError(
    `${folder} has no folder ${missing}. SBD's layout needs img, inst and the lists in it.`,
  );
}

async function advice({ root }: SbdData): Promise<string> {
  const names = await readdir(root).catch(() => undefined);
  if (names === undefined) return `data.root must be the folder that holds dataset; ${root} isn't there.`;
  const found = ['benchmark_RELEASE', 'SBD', 'sbd'].find((name) => names.includes(name));
  return found
    ? `Try data.root=${path.join(root, found)}`
    : 'data.root must be the folder that holds dataset with img and inst: benchmark_RELEASE, as it is unpacked.';
}
