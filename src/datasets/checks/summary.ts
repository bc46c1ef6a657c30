import type { SplitName } from '../sample.js';
import type { ImageFacts, ObjectFacts } from './facts.js';
import type { CheckedSplit } from './inspect.js';
import { leftOutNotices } from './training-images.js';

/** Contents of a split in numbers. An example is an object of `data.classes` with a mask that isn't empty, and no crowd. */
export interface SplitSummary {
  readonly split: SplitName;
  readonly images: number;
  readonly imagesWithoutExamples: number;
  readonly examples: number;
  /** Of the examples, those with VOC's flag. */
  readonly difficult: number;
  readonly crowds: number;
  /** Objects of other classes. */
  readonly ignored: number;
  /** In the order of `data.classes`. */
  readonly classes: readonly ClassCount[];
  /** The examples by their area with COCO's bounds: to 32², to 96², and larger. */
  readonly sizes: { readonly small: number; readonly medium: number; readonly large: number };
  /** The square root of the examples' areas; null without any. */
  readonly exampleSides: Percentiles | null;
  readonly imageWidths: Percentiles | null;
  readonly imageHeights: Percentiles | null;
  /** Sentences about all that is left out or taken for something else, with its number. */
  readonly notices: readonly string[];
}

export interface ClassCount {
  readonly name: string;
  readonly examples: number;
  /** Images with at least one. */
  readonly images: number;
}

/**
 * Counts what was read of a split.
 *
 * @param seed of the run
 */
export function summarize(split: CheckedSplit, seed: number): SplitSummary {
  const { name, dataset, images } = split;
  const objects = images.flatMap((image) => image.objects);
  const examples = images.flatMap((image) => examplesIn(image, dataset.classes));
  const areas = examples.map(({ area, mask }) => area ?? mask?.area ?? 0);
  const stored = images.flatMap(({ image }) => image ?? []);
  const isTrained = ({ className = '' }: ObjectFacts) => dataset.classes.includes(className);
  return {
    split: name,
    images: images.length,
    imagesWithoutExamples: images.filter((image) => examplesIn(image, dataset.classes).length === 0).length,
    examples: examples.length,
    difficult: examples.filter(({ difficult }) => difficult).length,
    crowds: objects.filter((object) => object.crowd && isTrained(object)).length,
    ignored: objects.filter((object) => !isTrained(object)).length,
    classes: countClasses(split),
    sizes: {
      small: areas.filter((area) => area <= 32 ** 2).length,
      medium: areas.filter((area) => area > 32 ** 2 && area <= 96 ** 2).length,
      large: areas.filter((area) => area > 96 ** 2).length,
    },
    exampleSides: percentiles(areas.map(Math.sqrt)),
    imageWidths: percentiles(stored.map(({ width }) => width)),
    imageHeights: percentiles(stored.map(({ height }) => height)),
    notices: leftOutNotices(split, seed),
  };
}

/** Number of examples of each class in a split. */
export function countClasses({ dataset, images }: CheckedSplit): ClassCount[] {
  const examples = new Map<string, number>();
  const imagesWith = new Map<string, number>();
  for (const image of images) {
    const names = examplesIn(image, dataset.classes).map(({ className = '' }) => className);
    for (const name of names) examples.set(name, (examples.get(name) ?? 0) + 1);
    for (const name of new Set(names)) imagesWith.set(name, (imagesWith.get(name) ?? 0) + 1);
  }
  return dataset.classes.map((name) => ({
    name,
    examples: examples.get(name) ?? 0,
    images: imagesWith.get(name) ?? 0,
  }));
}

function examplesIn({ objects }: ImageFacts, classes: readonly string[]): ObjectFacts[] {
  return objects.filter(
    ({ className = '', mask, crowd }) => mask && mask.area > 0 && !crowd && classes.includes(className),
  );
}

/** Spread of numbers. */
export interface Percentiles {
  readonly min: number;
  readonly p10: number;
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
  readonly p90: number;
  readonly max: number;
}

/** The percentiles of numbers by the nearest rank: each is one of them. Null where there are none. */
export function percentiles(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)];
  return {
    min: at(0),
    p10: at(0.1),
    p25: at(0.25),
    median: at(0.5),
    p75: at(0.75),
    p90: at(0.9),
    max: at(1),
  };
}
