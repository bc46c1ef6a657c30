import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import type { YoloData } from '../../src/datasets/yolo/description.js';
import { tempFolder } from './temp-folder.js';
import { photoPixels } from './voc-folder.js';

/** Writes images of 8×6 pixels, noise without loss by their names, at paths in a folder. */
export async function writeNoise(root: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const place = path.join(root, file);
    mkdirSync(path.dirname(place), { recursive: true });
    const pixels = photoPixels(path.parse(file).name, 8, 6);
    writeFileSync(
      place,
      await sharp(pixels, { raw: { width: 8, height: 6, channels: 3 } })
        .png()
        .toBuffer(),
    );
  }
}

/** Writes text files at paths in a folder. */
export function writeTexts(root: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    const place = path.join(root, file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, text);
  }
}

/** A data set in Ultralytics' layout in a folder of its own: images of 8×6 pixels, and text files. */
export async function writeYoloFolder(
  images: readonly string[],
  texts: Readonly<Record<string, string>>,
): Promise<YoloData> {
  const root = tempFolder();
  await writeNoise(root, images);
  writeTexts(root, texts);
  return { format: 'yolo', root, yaml: 'data.yaml', train: 'train', val: 'val' };
}
