import { type KeepEntry, readJsonFile } from '../json-file.js';
import { isFields } from './fields.js';
import { packPolygons } from './packed-polygons.js';

/** Keys of images, annotations, categories and detections that are looked at. */
const entryKeys: ReadonlySet<string> = new Set([
  ...['id', 'image_id', 'category_id', 'category', 'name', 'supercategory'],
  ...[
    'file_name',
    'height',
    'width',
    'bbox',
    'area',
    'segmentation',
    'score',
    'iscrowd',
    'difficult',
    'ignore',
  ],
]);

/**
 * Reads an annotation file or a results file as a stream, since they may be larger than memory allows to hold as objects:
 * polygons are packed, and what nobody looks at is dropped.
 *
 * @param purpose `classes` keeps of the entries what the names of classes follow from
 * @throws UserError where there is no such file, it can't be read, is cut off, or isn't JSON
 */
export function readCocoJson(
  file: string,
  purpose: 'everything' | 'classes' = 'everything',
): Promise<unknown> {
  return readJsonFile(file, purpose === 'classes' ? keeperOfClasses() : keepRead);
}

function keepRead(entry: unknown): unknown {
  if (!isFields(entry)) return entry;
  const segmentation = packPolygons(entry.segmentation);
  // An object that has only what is read stays as the parser made it, which takes the least memory.
  if (Object.keys(entry).every((key) => entryKeys.has(key))) {
    return 'segmentation' in entry ? Object.assign(entry, { segmentation }) : entry;
  }
  const kept: Record<string, unknown> = {};
  for (const key in entry) {
    if (entryKeys.has(key)) kept[key] = key === 'segmentation' ? segmentation : entry[key];
  }
  return kept;
}

/** Keeps an annotation as its category's number alone, in one object for all that have it. */
function keeperOfClasses(): KeepEntry {
  const annotated = new Map<unknown, unknown>();
  return (entry) => {
    if (!isFields(entry)) return entry;
    const { id, name, supercategory, category_id } = entry;
    if (category_id === undefined) return { id, name, supercategory };
    if (!annotated.has(category_id)) annotated.set(category_id, { category_id });
    return annotated.get(category_id);
  };
}
