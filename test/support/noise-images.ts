import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
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
