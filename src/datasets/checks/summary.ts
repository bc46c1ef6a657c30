import type { ImageFacts, ObjectFacts } from './facts.js';
import { type Percentiles, percentiles } from './percentiles.js';
import type { CheckedSplit, SplitName } from './split.js';

/** What a split holds. An example is an object of `data.classes` with a mask that isn't empty, and no crowd. */
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
}

export interface ClassCount {
  readonly name: string;
  readonly examples: number;
  /** Images with at least one. */
  readonly images: number;
}

/** Counts what was read of a split. */
export function summarize(split: CheckedSplit): SplitSummary {
  const { name, dataset, images } = split;
  const objects = images.flatMap((image) => image.objects);
  const examples = images.flatMap((image) => examplesIn(image, dataset.classes));
  const areas = examples.map(({ area, mask }) => area ?? mask?.area ?? 0);
  const photos = images.flatMap(({ photo }) => photo ?? []);
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
    imageWidths: percentiles(photos.map(({ width }) => width)),
    imageHeights: percentiles(photos.map(({ height }) => height)),
  };
}

/** How many examples of each of the classes a split has. */
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
