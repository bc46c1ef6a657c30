import { UserError } from '../../errors.js';
import type { GroundTruth } from '../ground-truth.js';
import { readJsonFile } from '../json-file.js';
import { type CocoAnnotation, parseGroundTruth } from './ground-truth.js';
import { stemOf } from './identifiers.js';
import { resolveRegion } from './region.js';

/**
 * Opens a COCO annotation file for scoring.
 *
 * @throws UserError where it can't be read, isn't an annotation file, or only some of its annotations have masks
 */
export async function openCocoGroundTruth(file: string): Promise<GroundTruth> {
  const { categories, images, annotations } = parseGroundTruth(await readJsonFile(file), file);
  return {
    name: file,
    categories: categories.map(({ id, name }) => ({ id, names: [name] })),
    images: images.map(({ id, fileName }) => ({
      id,
      names: fileName === undefined ? [] : [fileName, stemOf(fileName)],
    })),
    masks: haveMasks(file, annotations.flat()),
    notices: annotations.flat().some(({ id }) => id === 0)
      ? ['Annotation 0 counts like any other here; pycocotools takes a match with it for none.']
      : [],
    load: async (index, masks) => {
      const { height, width } = images[index];
      const objects = annotations[index].map((annotation) => ({
        ...annotation,
        ...resolveRegion(annotation, images[index], masks, `${file}: annotation ${annotation.id}`),
      }));
      return { height, width, objects };
    },
  };
}

function haveMasks(file: string, annotations: readonly CocoAnnotation[]): boolean {
  const without = annotations.find(({ segmentation }) => segmentation === undefined);
  if (without === undefined) return true;
  const first = annotations.find(({ segmentation }) => segmentation !== undefined);
  if (first === undefined) return false;
  throw new UserError(
    `${file}: annotation ${without.id} has no segmentation, but annotation ${first.id} has one; either all or none ` +
      'must have one',
  );
}
