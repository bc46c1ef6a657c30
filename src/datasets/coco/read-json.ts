import { readJsonFile } from '../json-file.js';
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

/** Keys of the same that the classes follow from. */
const classKeys: ReadonlySet<string> = new Set(['id', 'category_id', 'name', 'supercategory']);

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
  const keys = purpose === 'classes' ? classKeys : entryKeys;
  return readJsonFile(file, (entry) => {
    if (!isFields(entry)) return entry;
    const kept: Record<string, unknown> = {};
    for (const key in entry) {
      if (keys.has(key)) kept[key] = key === 'segmentation' ? packPolygons(entry[key]) : entry[key];
    }
    return kept;
  });
}
