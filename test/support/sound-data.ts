import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { CocoDataConfig, DataConfig, VocDataConfig } from '../../src/config/schema.js';
import { checkSplits } from '../../src/datasets/checks/check.js';
import { inspectSplits } from '../../src/datasets/checks/inspect.js';
import { openSplits } from '../../src/datasets/checks/open-splits.js';
import { writeInstances } from '../../src/datasets/coco/write.js';
import type { Finding } from '../../src/datasets/finding.js';
import { openDataset } from '../../src/datasets/open.js';
import { imageReader } from '../../src/datasets/reader.js';
import { shapesAsVoc } from '../../src/datasets/shapes/as-voc.js';
import { generateShapes } from '../../src/datasets/shapes/generate.js';
import { type VocLayout, vocLayout } from '../../src/datasets/voc/layout.js';
import { tempFolder } from './temp-folder.js';

/** A generated data set of 40 and 6 images without any fault, in VOC's layout and with COCO's annotation files. */
export interface SoundData {
  /** A copy to be damaged, for the test that asks. */
  voc(): { readonly data: VocDataConfig; readonly layout: VocLayout };
  /** The same with COCO's annotation files. */
  coco(): { readonly data: CocoDataConfig; readonly file: (split: 'train' | 'val') => string };
}

/** Generates the data before the tests of a file, and removes it after them. */
export function soundData(): SoundData {
  const folder = mkdtempSync(path.join(tmpdir(), 'atto-sound-'));
  const root = path.join(folder, 'data');
  beforeAll(async () => {
    const sizes = { minSide: 64, maxSide: 96, trainImages: 40, valImages: 6 };
    await generateShapes({ format: 'shapes', root, seed: 1, ...sizes });
    const voc = vocAt(root);
    for (const split of ['train', 'val'] as const) {
      const dataset = await openDataset(voc, split);
      await writeInstances(path.join(root, `${split}.json`), dataset, imageReader(voc));
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
      const data = vocAt(copy());
      return { data, layout: vocLayout(data) };
    },
    coco() {
      const data = cocoAt(copy());
      return { data, file: (split) => path.join(data.root, `${split}.json`) };
    },
  };
}

function vocAt(root: string): VocDataConfig {
  return shapesAsVoc({
    format: 'shapes',
    root,
    seed: 1,
    trainImages: 1,
    valImages: 1,
    minSide: 32,
    maxSide: 32,
  });
}

function cocoAt(root: string): CocoDataConfig {
  const images = 'VOC2012/JPEGImages';
  return {
    format: 'coco',
    root,
    train: 'train.json',
    val: 'val.json',
    imagesTrain: images,
    imagesVal: images,
  };
}

/** All that `atto check` finds in both splits. */
export async function findingsIn(data: DataConfig): Promise<Finding[]> {
  const opened = await openSplits(data, ['train', 'val'], () => {});
  const splits = await inspectSplits({ ...opened, thorough: true, workers: 0 });
  return [...opened.findings, ...checkSplits(opened.data, splits)];
}

/** Rewrites a text file. */
export function edit(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}
