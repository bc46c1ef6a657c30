import { stat } from 'node:fs/promises';
import type { CocoId } from '../datasets/coco/fields.js';
import { type CocoAnnotation, parseGroundTruth } from '../datasets/coco/ground-truth.js';
import { type Finder, finderOf, stemOf } from '../datasets/coco/identifiers.js';
import { readJsonFile } from '../datasets/coco/json-file.js';
import { resolveRegion } from '../datasets/coco/region.js';
import { UserError } from '../errors.js';
import type { GroundTruthObject } from '../metrics/scored-image.js';

/** The truth that detections are scored against. */
export interface ScoreTruth {
  /** Where it comes from, for messages. */
  readonly name: string;
  readonly classes: readonly string[];
  readonly findCategory: Finder;
  /** In the order in which they are scored. */
  readonly images: readonly CocoId[];
  readonly findImage: Finder;
  /** Whether the truths have masks. */
  readonly masks: boolean;
  /** What the user should know about it, a sentence each. */
  readonly notices: readonly string[];
  /** Reads the truth of an image, with masks if they are wanted. */
  load(image: number, masks: boolean): Promise<TruthOfImage>;
}

export interface TruthOfImage {
  readonly height: number;
  readonly width: number;
  readonly truths: readonly GroundTruthObject[];
}

/** Opens a COCO annotation file, or a split of a VOC devkit folder. */
export async function openTruth(source: string, split: string): Promise<ScoreTruth> {
  const found = await stat(source).catch(() => undefined);
  if (found === undefined) throw new UserError(`${source}: there is no such file or folder`);
  if (!found.isDirectory()) return openCocoTruth(source);
  const { openVocTruth } = await import('./score-truth-voc.js');
  return openVocTruth(source, split);
}

/** Opens a COCO annotation file. */
export async function openCocoTruth(file: string): Promise<ScoreTruth> {
  const { categories, images, annotations } = parseGroundTruth(await readJsonFile(file), file);
  return {
    name: file,
    classes: categories.map(({ name }) => name),
    findCategory: finderOf(categories.map(({ id, name }) => ({ id, names: [name] }))),
    images: images.map(({ id }) => id),
    findImage: finderOf(
      images.map(({ id, fileName }) => ({
        id,
        names: fileName === undefined ? [] : [fileName, stemOf(fileName)],
      })),
    ),
    masks: allHaveMasks(file, annotations.flat()),
    notices: annotations.flat().some(({ id }) => id === 0)
      ? ['Annotation 0 counts like any other here; pycocotools takes a match with it for none.']
      : [],
    load: async (index, masks) => {
      const { height, width } = images[index];
      const truths = annotations[index].map((annotation) => ({
        ...annotation,
        ...resolveRegion(annotation, images[index], masks, `${file}: annotation ${annotation.id}`),
      }));
      return { height, width, truths };
    },
  };
}

function allHaveMasks(file: string, annotations: readonly CocoAnnotation[]): boolean {
  const without = annotations.find(({ segmentation }) => segmentation === undefined);
  if (without === undefined) return true;
  const first = annotations.find(({ segmentation }) => segmentation !== undefined);
  if (first === undefined) return false;
  throw new UserError(
    `${file}: annotation ${without.id} has no segmentation, but annotation ${first.id} has one; either all or none ` +
      'must have one',
  );
}
