import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { parseConfig } from '../../src/config/parse.js';
import { requireClassification } from '../../src/config/require-task.js';
import type { ClassificationConfig } from '../../src/config/schema.js';

/** Writes small pictures of one color each, `size` wide and high, at paths in a folder. */
export async function writePictures(folder: string, files: readonly string[], size = 40): Promise<void> {
  for (const [i, file] of files.entries()) {
    const place = path.join(folder, file);
    await mkdir(path.dirname(place), { recursive: true });
    const background = { r: (i * 67) % 256, g: (i * 31) % 256, b: (i * 151) % 256 };
    const picture = sharp({ create: { width: size, height: size, channels: 3, background } });
    await writeFile(place, await picture.png().toBuffer());
  }
}

/** Two splits of two classes: cats are red, dogs are blue, in as many shades as there are images. */
export async function writeCatsAndDogs(folder: string, images = { train: 4, val: 3 }): Promise<void> {
  for (const [split, count] of Object.entries(images)) {
    for (let i = 0; i < count; i++) {
      for (const [name, background] of [
        ['cat', { r: 250 - 10 * i, g: 30, b: 20 }],
        ['dog', { r: 20, g: 30, b: 250 - 10 * i }],
      ] as const) {
        const place = path.join(folder, split, name, `${name}${i}.png`);
        await mkdir(path.dirname(place), { recursive: true });
        const picture = sharp({ create: { width: 48, height: 40, channels: 3, background } });
        await writeFile(place, await picture.png().toBuffer());
      }
    }
  }
}

/** {@link tinyClassifier} as a config file holds it. */
export function tinyClassifierInput(root: string) {
  return {
    task: 'classification',
    seed: 3,
    dataWorkers: 0,
    model: { backbone: { name: 'attonet-d' } },
    input: { size: 32, crop: { scale: [0.5, 1] }, colorJitter: { brightness: 0.1, contrast: 0.1 } },
    data: { format: 'image-folder', root, classes: ['cat', 'dog'] },
    training: {
      steps: 4,
      batchSize: 4,
      learningRate: 0.02,
      labelSmoothing: 0.1,
      emaDecay: 0.9,
      warmup: { steps: 2, factor: 0.1 },
    },
  };
}

/** The smallest experiment with a classifier: AttoNet-D on {@link writeCatsAndDogs}. */
export function tinyClassifier(root: string, ...overrides: string[]): ClassificationConfig {
  const config = parseConfig(tinyClassifierInput(root), overrides, 'tiny.json');
  return requireClassification(config, 'tiny.json');
}
