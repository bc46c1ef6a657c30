import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import type { CocoData } from '../../src/datasets/coco/layout.js';
import { commonSettings } from '../../src/datasets/dataset-format.js';
import { tempFolder } from './temp-folder.js';
import { photoPixels } from './voc-folder.js';

/** An image as an annotation file has it. */
interface WrittenImage {
  readonly id: number | string;
  readonly file_name: string;
  readonly width: number;
  readonly height: number;
}

/** What an annotation file holds. */
export interface Instances {
  readonly images: readonly WrittenImage[];
  readonly categories: readonly unknown[];
  readonly annotations: readonly unknown[];
}

/** Writes annotation files and the images that they name: noise without loss, by the file's name. */
export async function writeCocoFolder(train: Instances, val: Instances = train): Promise<CocoData> {
  const root = tempFolder();
  const data: CocoData = {
    ...commonSettings({ format: 'coco' }),
    format: 'coco',
    root,
    train: 'train.json',
    val: 'val.json',
    imagesTrain: 'images',
    imagesVal: 'images',
  };
  writeFileSync(path.join(root, data.train), JSON.stringify(train));
  writeFileSync(path.join(root, data.val), JSON.stringify(val));
  for (const { file_name, width, height } of [...train.images, ...val.images]) {
    const file = path.join(root, 'images', file_name.replaceAll('\\', '/'));
    mkdirSync(path.dirname(file), { recursive: true });
    const pixels = photoPixels(path.parse(file).name, width, height);
    writeFileSync(
      file,
      await sharp(pixels, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer(),
    );
  }
  return data;
}
