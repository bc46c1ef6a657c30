import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { checkDataset } from '../../src/datasets/check.js';
import type { CocoData } from '../../src/datasets/coco/layout.js';
import { writeInstances } from '../../src/datasets/coco/write.js';
import type { DataSettings } from '../../src/datasets/dataset-format.js';
import { commonSettings } from '../../src/datasets/dataset-format.js';
import type { Finding } from '../../src/datasets/finding.js';
import { openDataset } from '../../src/datasets/formats.js';
import { generateShapes } from '../../src/datasets/shapes/generate.js';
import { shapesAsVoc } from '../../src/datasets/shapes/layout.js';
import type { VocData } from '../../src/datasets/voc/layout.js';
import { type VocLayout, vocLayout } from '../../src/datasets/voc/layout.js';
import { tempFolder } from './temp-folder.js';

/** A generated data set of 40 and 6 images without any fault, in VOC's layout and with COCO's annotation files. */
export interface SoundData {
  /** A copy to be damaged, for the test that asks. */
  voc(): { readonly data: VocData; readonly layout: VocLayout };
  /** The same with COCO's annotation files. */
  coco(): { readonly data: CocoData; readonly file: (split: 'train' | 'val') => string };
}

/** Generates the data before the tests of a file, and removes it after them. */
export function soundData(): SoundData {
  const folder = mkdtempSync(path.join(tmpdir(), 'atto-sound-'));
  const root = path.join(folder, 'data');
  beforeAll(async () => {
    const sizes = { minSide: 64, maxSide: 96, trainImages: 40, valImages: 6 };
    await generateShapes({
      ...commonSettings({ format: 'shapes' }),
      format: 'shapes',
      root,
      seed: 1,
      ...sizes,
    });
    const voc = shapesAsVoc({ root });
    for (const split of ['train', 'val'] as const) {
      const dataset = await openDataset(voc, split);
      await writeInstances(path.join(root, `${split}.json`), dataset);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const copy = (): string => {
    const copied = path.join(tempFolder(), 'copy');
    cpSync(root, copied, { recursive: true });
    return copied;
  };
  return {
    voc() {
      const data = shapesAsVoc({ root: copy() });
      return { data, layout: vocLayout(data) };
    },
    coco() {
      const data = cocoAt(copy());
      return { data, file: (split) => path.join(data.root, `${split}.json`) };
    },
  };
}

function cocoAt(root: string): CocoData {
  const images = 'VOC2012/JPEGImages';
  return {
    ...commonSettings({ format: 'coco' }),
    format: 'coco',
    root,
    train: 'train.json',
    val: 'val.json',
    imagesTrain: images,
    imagesVal: images,
  };
}

/** Findings of `atto check` in both splits. */
export async function findingsIn(data: DataSettings): Promise<Finding[]> {
  const { findings } = await checkDataset(data, { workers: 0 });
  return findings.map(({ severity, ...finding }) => finding);
}

/** Rewrites a text file. */
export function edit(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}
