import { UserError } from '../../errors.js';
import type { ImageSize } from '../../geometry/image-size.js';
import { foreignJson } from '../annotation-tools.js';
import { type Report, refuse } from '../finding.js';
import type { GroundTruth } from '../ground-truth.js';
import {
  boxOf,
  type CocoId,
  type Fields,
  flagOf,
  idOf,
  isFields,
  lengthOf,
  numberOf,
  objectsOf,
  segmentationOf,
  show,
} from './fields.js';
import { stemOf } from './identifiers.js';
import { readCocoJson } from './read-json.js';
import { type CocoRegion, resolveRegion, withoutMasks } from './region.js';

interface CocoImage {
  readonly id: CocoId;
  /** As the file gives it; undefined where it gives none. */
  readonly fileName: string | undefined;
  /** As the file states it; undefined where it doesn't: then the image itself tells. */
  readonly size: ImageSize | undefined;
}

interface CocoCategory {
  readonly id: CocoId;
  readonly name: string;
}

/** An annotated object as the file has it, checked as far as that is possible without its image. */
export interface CocoAnnotation extends CocoRegion {
  readonly id: CocoId;
  /** Index into the categories. */
  readonly label: number;
  readonly crowd: boolean;
  /** Not COCO's: VOC's flag in files that were made from VOC, under the key `difficult` or `ignore`. */
  readonly difficult: boolean;
}

/** The instances of a COCO annotation file. */
export interface CocoGroundTruth {
  /** By rising id. */
  readonly categories: readonly CocoCategory[];
  /** By rising id. */
  readonly images: readonly CocoImage[];
  /** Those of each image, in the order of the file. */
  readonly annotations: readonly (readonly CocoAnnotation[])[];
  /** Notices about annotations that are left out, with their number. */
  readonly notices: readonly string[];
}

/**
 * Reads the content of a COCO annotation file.
 *
 * @param name of the file, for messages
 * @param report is told of each image, category or annotation that is incomplete, is there twice or refers to one that
 * isn't there; it is left out then
 * @throws UserError when it isn't an annotation file at all, and what `report` throws
 */
export function parseGroundTruth(content: unknown, name: string, report: Report = refuse): CocoGroundTruth {
  const categories = parseCategories(content, name, report);
  const file = { content: requireFields(content, name), name, report };
  const images = distinct(
    parseEach(file, 'images', (fields, i) => parseImage(fields, `${name}: image ${i}`)),
    'image',
    file,
  );
  return { categories, images, ...parseAnnotations(file, categories, images) };
}

/** Reads the categories of a COCO annotation file, by rising id; names of several may be equal where only one of them has annotations. */
function parseCategories(content: unknown, name: string, report: Report = refuse): CocoCategory[] {
  const file = { content: requireFields(content, name), name, report };
  const categories = distinct(
    parseEach(file, 'categories', (fields, i) => parseCategory(fields, `${name}: category ${i}`)),
    'category',
    file,
  );
  const used = annotatedIds(file.content);
  const named = new Set<string>();
  for (const category of categories) {
    if (!used.has(category.id)) continue;
    if (named.has(category.name)) {
      const message = `${name}: two categories are named "${category.name}"; classes go by their names, so make them one`;
      report({ code: 'duplicate-id', file: name, object: category.id, message });
    }
    named.add(category.name);
  }
  return categories;
}

/**
 * Names of the classes of a COCO annotation file, by rising id. A category without annotations that others name as
 * their supercategory is a heading and no class: Roboflow puts one in front.
 */
export function parseClassNames(content: unknown, name: string): string[] {
  const fields = requireFields(content, name);
  const used = annotatedIds(fields);
  const headings = new Map<unknown, Set<CocoId>>();
  for (const { id, supercategory } of objectsOf(fields, 'categories', name)) {
    headings.set(supercategory, (headings.get(supercategory) ?? new Set()).add(idOf({ id }, 'id', name)));
  }
  const isHeading = ({ id, name: own }: CocoCategory): boolean =>
    !used.has(id) && [...(headings.get(own) ?? [])].some((other) => other !== id);
  const classes = parseCategories(content, name).filter((category) => !isHeading(category));
  return [...new Set(classes.map((category) => category.name))];
}

/** Ids of the categories that have annotations. */
function annotatedIds({ annotations }: Fields): Set<unknown> {
  return new Set(
    Array.isArray(annotations) ? annotations.map((each) => isFields(each) && each.category_id) : [],
  );
}

function requireFields(content: unknown, name: string): Fields {
  if (isFields(content) && ('images' in content || 'annotations' in content)) return content;
  const known = foreignJson(content);
  if (known !== undefined) throw new UserError(`${name} ${known}`);
  if (isFields(content)) return content;
  throw new UserError(
    `${name} isn't a COCO annotation file: it should be an object with "images", "annotations" and "categories"`,
  );
}

/** The file that is read, and who is told what is wrong with it. */
interface ReadFile {
  readonly content: Fields;
  readonly name: string;
  readonly report: Report;
}

/** Results of `parse` for each object of a list; those that it refuses are reported and left out. */
function parseEach<T>(
  { content, name, report }: ReadFile,
  key: string,
  parse: (fields: Fields, i: number) => T,
): T[] {
  const parsed: T[] = [];
  objectsOf(content, key, name).forEach((fields, i) => {
    try {
      parsed.push(parse(fields, i));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      report({ code: 'annotation-unreadable', file: name, message: error.message });
    }
  });
  return parsed;
}

function parseCategory(fields: Fields, name: string): CocoCategory {
  const id = idOf(fields, 'id', name);
  if (typeof fields.name !== 'string' || fields.name === '') throw new UserError(`${name} has no name`);
  return { id, name: fields.name };
}

function parseImage(fields: Fields, name: string): CocoImage {
  const id = idOf(fields, 'id', name);
  const fileName = typeof fields.file_name === 'string' ? fields.file_name : undefined;
  const height = lengthOf(fields, 'height', `${name} (id ${id})`);
  const width = lengthOf(fields, 'width', `${name} (id ${id})`);
  return { id, fileName, size: height && width ? { height, width } : undefined };
}

/** The things by rising id; of those with the same one, the first. */
function distinct<T extends { readonly id: CocoId }>(
  things: readonly T[],
  kind: string,
  { name, report }: ReadFile,
): T[] {
  const sorted = [...things].sort((a, b) => compareIds(a.id, b.id));
  return sorted.filter(({ id }, i) => {
    if (i === 0 || id !== sorted[i - 1].id) return true;
    const message = `${name}: ${kind} ${id} is there twice`;
    report({ code: 'duplicate-id', file: name, object: id, message });
    return false;
  });
}

/** Numbers before names, as pycocotools sorts lists of either. */
function compareIds(a: CocoId, b: CocoId): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number') return -1;
  if (typeof b === 'number') return 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function parseAnnotations(
  file: ReadFile,
  categories: readonly CocoCategory[],
  images: readonly CocoImage[],
): Pick<CocoGroundTruth, 'annotations' | 'notices'> {
  const { name, report } = file;
  const labels = new Map(categories.map(({ id }, label) => [id, label]));
  const indices = new Map(images.map(({ id }, i) => [id, i]));
  const annotations: CocoAnnotation[][] = images.map(() => []);
  const seen = new Set<CocoId>();
  let unlisted = 0;
  const all = file.content.annotations;
  parseEach(file, 'annotations', (fields, i) => {
    // Those of a large file don't fit into memory twice.
    if (Array.isArray(all)) all[i] = undefined;
    const id = idOf(fields, 'id', `${name}: annotation ${i} of the list`);
    const own = `${name}: annotation ${id}`;
    if (seen.has(id)) {
      report({ code: 'duplicate-id', file: name, object: id, message: `${own} is there twice` });
    }
    seen.add(id);
    const image = indices.get(idOf(fields, 'image_id', own));
    const label = labels.get(idOf(fields, 'category_id', own));
    if (image === undefined) {
      const other = alike(fields.image_id, indices);
      unlisted++;
      const what = `${own} belongs to the unknown image ${show(fields.image_id)}`;
      report(
        other === ''
          ? { code: 'image-not-listed', file: name, object: id, message: `${what}, and is left out` }
          : { code: 'unknown-image', file: name, object: id, message: what + other },
      );
    }
    if (label === undefined) {
      const message = `${own} has the unknown category ${show(fields.category_id)}${alike(fields.category_id, labels)}`;
      report({ code: 'unknown-class', file: name, object: id, message });
    }
    if (image === undefined || label === undefined) return;
    annotations[image].push({
      id,
      label,
      box: boxOf(fields, own),
      area: fields.area === undefined || fields.area === null ? undefined : numberOf(fields, 'area', own),
      crowd: flagOf(fields, 'iscrowd', own),
      difficult: flagOf(fields, 'difficult', own) || flagOf(fields, 'ignore', own),
      segmentation: segmentationOf(fields),
    });
  });
  const notice = `${name}: annotations of images that it doesn't list, left out: ${unlisted}.`;
  return { annotations, notices: unlisted > 0 ? [notice] : [] };
}

/** End of a message about an id that is there as a text instead of a number, or the reverse. */
function alike(id: unknown, known: ReadonlyMap<CocoId, number>): string {
  const other = typeof id === 'string' ? Number(id) : String(id);
  return known.has(other) ? `; there is ${show(other)}: write the id in the same way in both places` : '';
}

/**
 * Opens a COCO annotation file for scoring.
 *
 * @throws UserError where it can't be read or isn't an annotation file
 */
export async function openCocoGroundTruth(file: string): Promise<GroundTruth> {
  const { categories, images, annotations, notices } = parseGroundTruth(await readCocoJson(file), file);
  return {
    name: file,
    categories: categories.map(({ id, name }) => ({ id, names: [name] })),
    images: images.map(({ id, fileName }) => ({
      id,
      names: fileName === undefined ? [] : [fileName, stemOf(fileName)],
    })),
    maskless: withoutMasks(file, annotations.flat(), (annotation) => `annotation ${annotation.id}`),
    notices: annotations.flat().some(({ id }) => id === 0)
      ? [...notices, 'Annotation 0 counts like any other here; pycocotools takes a match with it for none.']
      : notices,
    load: async (index, masks) => {
      const { id, size = sizeOfMasks(annotations[index]) } = images[index];
      if (!size) {
        throw new UserError(`${file}: image ${id} has no height and width, which scoring needs; add them`);
      }
      const objects = annotations[index].map((annotation) => ({
        ...annotation,
        ...resolveRegion(annotation, size, masks, `${file}: annotation ${annotation.id}`),
      }));
      return { ...size, objects };
    },
  };
}

/** Size of an image by run lengths of its objects, which have it. */
function sizeOfMasks(annotations: readonly CocoAnnotation[]): ImageSize | undefined {
  for (const { segmentation } of annotations) {
    const size = isFields(segmentation) ? segmentation.size : undefined;
    if (!Array.isArray(size)) continue;
    const [height, width]: unknown[] = size;
    if (typeof height === 'number' && typeof width === 'number') return { height, width };
  }
  return undefined;
}
