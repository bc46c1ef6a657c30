import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { commonSettings } from '../../src/datasets/dataset-format.js';
import type { SbdData } from '../../src/datasets/sbd/layout.js';
import { type SbdLayout, sbdLayout } from '../../src/datasets/sbd/layout.js';
import { vocClasses } from '../../src/datasets/voc/classes.js';
import { tempFolder } from './temp-folder.js';
import { photoPixels } from './voc-folder.js';

/** A file of inst/ that SciPy wrote, and what it reads from it; scripts/golden/sbd.py made them. */
export interface SbdGolden {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly height: number;
  readonly width: number;
  /** Row by row. */
  readonly labels: readonly number[];
  readonly categories: readonly number[];
}

export const sbdGolden: readonly SbdGolden[] = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '..', 'golden', 'sbd.json'), 'utf8'),
).map(({ file, ...rest }: Omit<SbdGolden, 'bytes'> & { file: string }) => ({
  ...rest,
  bytes: Uint8Array.from(Buffer.from(file, 'base64')),
}));

/** One of them by its name. */
export function goldenFile(name: string): SbdGolden {
  const found = sbdGolden.find((golden) => golden.name === name);
  if (!found) throw new Error(`sbd.json has no ${name}`);
  return found;
}

/** Writes a data set in SBD's layout with a list `train` of its images; images are noise without loss. */
export async function writeSbdFolder(
  images: Readonly<Record<string, SbdGolden>>,
): Promise<{ data: SbdData; layout: SbdLayout }> {
  const root = tempFolder();
  const data: SbdData = {
    ...commonSettings({ format: 'sbd' }),
    format: 'sbd',
    root,
    train: 'train',
    val: 'val',
    classes: [...vocClasses],
  };
  for (const name of ['img', 'inst']) mkdirSync(path.join(root, 'dataset', name), { recursive: true });
  const layout = sbdLayout(data);
  for (const [id, { bytes, height, width }] of Object.entries(images)) {
    const photo = sharp(photoPixels(id, width, height), { raw: { width, height, channels: 3 } });
    // A PNG by its content: its pixels are known.
    writeFileSync(layout.image(id), await photo.png().toBuffer());
    writeFileSync(layout.instances(id), bytes);
  }
  writeFileSync(layout.split('train'), `${Object.keys(images).join('\n')}\n`);
  return { data, layout };
}
