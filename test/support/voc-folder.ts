import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encode } from 'fast-png';
import sharp from 'sharp';
import { commonSettings } from '../../src/datasets/dataset-format.js';
import { vocClasses } from '../../src/datasets/voc/classes.js';
import { vocColorMap } from '../../src/datasets/voc/color-map.js';
import type { VocData } from '../../src/datasets/voc/layout.js';
import { type VocLayout, vocLayout } from '../../src/datasets/voc/layout.js';
import { tempFolder } from './temp-folder.js';

/** An image of a data set: its masks as lines of digits, `v` for void. */
export interface VocImage {
  readonly objects: readonly string[];
  readonly classes?: readonly string[];
  /** The annotation's text; none when undefined. */
  readonly annotation?: string;
}

/** A data set in VOC's layout in a folder of its own, with a list of its images as split `train`. */
export interface VocFolder {
  readonly data: VocData;
  readonly layout: VocLayout;
}

/** Annotation text with objects of these names; those that start with `!` are difficult. */
export function annotationText(...names: readonly string[]): string {
  const objects = names.map(
    (name) =>
      `<object><name>${name.replace('!', '')}</name><difficult>${name.startsWith('!') ? 1 : 0}</difficult></object>`,
  );
  return `<annotation>${objects.join('\n')}</annotation>\n`;
}

/** The image that {@link writeVocFolder} gives an image: noise that tells pixels and images apart. */
export function photoPixels(id: string, width: number, height: number): Uint8Array {
  const first = id.charCodeAt(id.length - 1);
  return Uint8Array.from({ length: width * height * 3 }, (_, i) => (first * 31 + i * 17) % 256);
}

/** Writes a data set; images are PNGs, so that their pixels are known. */
export async function writeVocFolder(images: Readonly<Record<string, VocImage>>): Promise<VocFolder> {
  const data: VocData = {
    ...commonSettings({ format: 'voc' }),
    format: 'voc',
    root: tempFolder(),
    year: 2012,
    train: 'train',
    val: 'val',
    classes: [...vocClasses],
    maskClasses: [...vocClasses],
  };
  const layout = vocLayout(data);
  const files = [layout.annotation(''), layout.objectMask(''), layout.classMask(''), layout.split('')];
  for (const folder of [layout.images, ...files.map((file) => path.dirname(file))]) {
    mkdirSync(folder, { recursive: true });
  }
  for (const [id, { objects, classes, annotation }] of Object.entries(images)) {
    const [width, height] = [objects[0].length, objects.length];
    const photo = sharp(photoPixels(id, width, height), { raw: { width, height, channels: 3 } });
    await photo.png().toFile(path.join(layout.images, `${id}.png`));
    writeFileSync(layout.objectMask(id), palettePng(objects));
    if (classes) writeFileSync(layout.classMask(id), palettePng(classes));
    if (annotation !== undefined) writeFileSync(layout.annotation(id), annotation);
  }
  writeFileSync(layout.split('train'), `${Object.keys(images).join('\n')}\n`);
  return { data, layout };
}

/** Removes files of a data set, to see what is said about it. */
export function remove(...files: readonly string[]): void {
  for (const file of files) rmSync(file, { recursive: true });
}

/** A palette PNG in VOC's colors from lines of digits, `v` for void. */
export function palettePng(lines: readonly string[]): Uint8Array {
  const indices = [...lines.join('')].map((digit) => (digit === 'v' ? 255 : Number(digit)));
  return encode({
    width: lines[0].length,
    height: lines.length,
    data: Uint8Array.from(indices),
    channels: 1,
    depth: 8,
    palette: vocColorMap.map((color) => [...color]),
  });
}
