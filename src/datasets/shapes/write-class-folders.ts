import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ShapesDataConfig } from '../../config/schema.js';
import { makeFolder } from '../../files.js';
import { randomStream } from '../../random.js';
import { shapeClasses } from './classes.js';
import { drawScene } from './scene.js';

/** Draws both splits, one shape an image, and writes them into folders named by class. */
export async function writeClassFolders(
  data: ShapesDataConfig,
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
