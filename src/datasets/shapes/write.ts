import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encode } from 'fast-png';
import { XMLBuilder } from 'fast-xml-parser';
import { makeFolder } from '../../files.js';
import { encodeLabelImage, maskExtent } from '../../geometry/run-length-mask.js';
import { randomStream } from '../../random.js';
import { vocColorMap } from '../voc/color-map.js';
import type { VocLayout } from '../voc/layout.js';
import { type ShapesData, shapeClasses } from './layout.js';
import { drawScene, type Scene } from './scene.js';

/** Draws both splits and writes them in VOC's layout. */
export async function writeSplits(
  data: ShapesData,
  layout: VocLayout,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const files = [layout.annotation(''), layout.objectMask(''), layout.classMask(''), layout.split('')];
  for (const folder of [layout.images, ...files.map((file) => path.dirname(file))]) {
    await makeFolder(folder);
  }
  const splits = [
    { name: 'train', images: data.trainImages },
    { name: 'val', images: data.valImages },
  ];
  const total = data.trainImages + data.valImages;
  let done = 0;
  for (const [split, { name, images }] of splits.entries()) {
    const ids: string[] = [];
    for (let i = 0; i < images; i++) {
      const random = randomStream(data.seed, 'shapes', split, i);
      const side = (): number => data.minSide + random.integer(data.maxSide - data.minSide + 1);
      const id = `${name}_${String(i + 1).padStart(5, '0')}`;
      await writeScene(drawScene(side(), side(), random), id, layout);
      ids.push(id);
      onProgress?.(++done, total);
    }
    await writeFile(layout.split(name), `${ids.join('\n')}\n`);
  }
}

async function writeScene(scene: Scene, id: string, layout: VocLayout): Promise<void> {
  const { canvas, shapes, owners } = scene;
  const { width, height } = canvas;
  const classes = [0, ...shapes.map((shape) => shapeClasses.indexOf(shape) + 1)];
  const classIndices = owners.map((owner) => classes[owner]);
  await writeFile(path.join(layout.images, `${id}.jpg`), await canvas.encode('jpeg', 95));
  await writeFile(layout.objectMask(id), maskFile(owners, width, height));
  await writeFile(layout.classMask(id), maskFile(classIndices, width, height));
  await writeFile(layout.annotation(id), annotationText(scene, id));
}

/** A PNG of indices in VOC's colors. */
function maskFile(indices: Uint8Array, width: number, height: number): Uint8Array {
  const palette = vocColorMap.map((color) => [...color]);
  return encode({ width, height, data: indices, depth: 8, channels: 1, palette });
}

/** VOC's annotation; its boxes count pixels from 1 and include the last one. */
function annotationText({ canvas: { width, height }, shapes, owners }: Scene, id: string): string {
  const masks = encodeLabelImage(owners, height, width);
  const object = [...masks].map(([index, mask]) => {
    const [xmin, ymin, xmax, ymax] = maskExtent(mask);
    return { name: shapes[index - 1], difficult: 0, bndbox: { xmin: xmin + 1, ymin: ymin + 1, xmax, ymax } };
  });
  const annotation = { filename: `${id}.jpg`, size: { width, height, depth: 3 }, segmented: 1, object };
  return new XMLBuilder({ format: true }).build({ annotation });
}

/** Draws both splits, one shape an image, and writes them into folders named by class. */
export async function writeClassFolders(
  data: ShapesData,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const splits = [
    { name: 'train', images: data.trainImages },
    { name: 'val', images: data.valImages },
  ];
  const total = data.trainImages + data.valImages;
  let done = 0;
  for (const [split, { name, images }] of splits.entries()) {
    for (const shape of shapeClasses) await makeFolder(path.join(data.root, name, shape));
    for (let i = 0; i < images; i++) {
      // The shapes take turns, so that each class has as many images, and one at least.
      const shape = shapeClasses[i % shapeClasses.length];
      const random = randomStream(data.seed, 'single shapes', split, i);
      // Square, since evaluation looks at the square in the middle.
      const side = data.minSide + random.integer(data.maxSide - data.minSide + 1);
      const { canvas } = drawScene(side, side, random, shape);
      const file = path.join(data.root, name, shape, `${name}_${String(i + 1).padStart(5, '0')}.jpg`);
      await writeFile(file, await canvas.encode('jpeg', 95));
      onProgress?.(++done, total);
    }
  }
}
