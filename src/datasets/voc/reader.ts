import path from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import type { ImageSize } from '../../geometry/image-size.js';
import type { RunLengthMask } from '../../geometry/run-length-mask.js';
import { encodeLabelImage, maskExtent } from '../../geometry/run-length-mask.js';
import type { Finding, Report } from '../finding.js';
import { imageExtensions } from '../images/image-names.js';
import { readStoredImage } from '../images/stored-image.js';
import { decodeText, readIfThere } from '../read-file.js';
import type { ImageReader, ReadImage, ReadObject } from '../read-image.js';
import { parseAnnotation, type VocAnnotation } from './annotation.js';
import { fittingMask, readMask } from './index-image.js';
import { type VocData, vocLayout } from './layout.js';
import { classInMask, majorityClasses, type ObjectSources, whyClassless } from './object-classes.js';

/** Pixels of a mask that belong to no object: outlines, and what the annotators left out. */
const voidIndex = 255;

/** Endings of images; those that VOC's layout usually has come first. */
const imageEndings = [...imageExtensions, ...imageExtensions.map((ending) => ending.toUpperCase())];

/** Contents of VOC's files that only VOC's checks look at. */
export interface VocOwn {
  /** The size that the annotation says the image has. */
  readonly stated: { readonly file: string; readonly size: ImageSize } | undefined;
  /** By the objects' keys. */
  readonly objects: ReadonlyMap<number | string, VocObject>;
}

interface VocObject {
  /** The class in the class mask; undefined where that wasn't read, or can't be compared. */
  readonly classInMask: string | undefined;
  /** Values that VOC's format doesn't know. */
  readonly odd: readonly string[];
}

/**
 * A reader of VOC's layout. Objects are those of SegmentationObject, where index n is the n-th object, 0 is background
 * and 255 void; boxes are the masks' extents. An object's class and its `difficult` flag are those of the n-th object in
 * Annotations; where that says no name, the class is the one that most of the object's pixels have in
 * SegmentationClass.
 *
 * @param thorough whether to read SegmentationClass in any case, so that both can be compared
 */
export function vocReader(data: VocData, thorough = false): ImageReader<unknown, VocOwn> {
  const layout = vocLayout(data);
  const read = async (id: string): Promise<ReadImage<VocOwn>> => {
    const findings: Finding[] = [];
    const report: Report = (finding) => findings.push(finding);
    const file = layout.objectMask(id);
    const missing = `${file} is missing. Add the mask, or take "${id}" out of the split.`;
    // Read first, for its size may decide whether the image is turned.
    const aboutMask: Finding[] = [];
    const stored = readMask(file, undefined, (finding) => aboutMask.push(finding), missing);
    const image = await readStoredImage(
      imageEndings.map((ending) => path.join(layout.images, `${id}.${ending}`)),
      `${path.join(layout.images, id)}.jpg is missing, and there is no image with another ending instead. ` +
        `Add the image, or take "${id}" out of the split.`,
      { setting: data.orientation, stated: stored },
      report,
    );
    findings.push(...aboutMask);
    const mask = stored && fittingMask(stored, file, image, report);
    const annotation = annotationOf(layout.annotation(id), report);
    const stated = annotation?.size && { file: layout.annotation(id), size: annotation.size };
    const read = { id, imageId: undefined, image, file, name: file, findings };
    // Nothing is known of the objects where a file is damaged that names them.
    const unknown = { ...read, objects: [], own: { stated, objects: new Map() } };
    if (!mask || findings.some(({ code }) => code === 'annotation-unreadable')) return unknown;

    const masks = encodeLabelImage(mask.indices, mask.height, mask.width);
    masks.delete(voidIndex);
    const annotated = annotation?.objects;
    const named = [...masks.keys()].every((index) => annotated?.[index - 1]?.name !== undefined);
    const found = findings.length;
    const classMask = thorough || !named ? readMask(layout.classMask(id), image, report) : undefined;
    if (!named && findings.length > found) return unknown;
    const classIndices = classMask && majorityClasses(mask.indices, classMask.indices);
    const sources = { data, layout, id, annotated, classIndices };
    const indices = new Set([...masks.keys(), ...(annotated ?? []).map((_, i) => i + 1)]);
    const sorted = [...indices].sort((a, b) => a - b);
    const objects = sorted.map((index) => readObject(index, masks.get(index), sources, report));
    const own = new Map(sorted.map((index) => [index, readOwn(index, masks.has(index), sources)]));
    return { ...read, objects, own: { stated, objects: own } };
  };
  return { read };
}

function readOwn(index: number, hasMask: boolean, sources: ObjectSources): VocObject {
  const named = sources.annotated?.[index - 1];
  // Names that the list lacks can't be compared with it.
  const comparable = named?.name === undefined || sources.data.maskClasses.includes(named.name);
  return {
    classInMask: hasMask && comparable ? classInMask(index, sources) : undefined,
    odd: named?.odd ?? [],
  };
}

function readObject(
  index: number,
  mask: RunLengthMask | undefined,
  sources: ObjectSources,
  report: Report,
): ReadObject {
  const { layout, id, annotated } = sources;
  const own = annotated?.[index - 1];
  const inMask = mask && classInMask(index, sources);
  const className = own?.name ?? inMask;
  const file = mask ? layout.objectMask(id) : layout.annotation(id);
  if (mask && className === undefined) {
    report({ code: 'class-missing', file, object: index, message: whyClassless(index, sources) });
  }
  return {
    name: `Object ${index}${className === undefined ? '' : ` (${className})`} of ${file}`,
    file,
    key: index,
    className,
    box: mask && maskExtent(mask),
    annotatedBox: own?.box,
    area: undefined,
    mask,
    outline: undefined,
    difficult: own?.difficult ?? false,
    crowd: false,
    listed: annotated === undefined || own !== undefined,
  };
}

/** The classes of an image's objects; undefined where its annotation is damaged or missing. */
export function classesInAnnotation(file: string): string[] | undefined {
  return annotationOf(file, () => {})?.objects.map(({ name }) => name ?? '');
}

/**
 * Reads an annotation.
 *
 * @returns `undefined` after a report
 */
function annotationOf(file: string, report: Report): VocAnnotation | undefined {
  try {
    const annotation = readAnnotation(file);
    if (annotation) return annotation;
    const message = `${file} is missing, so classes are those of SegmentationClass and nothing is difficult.`;
    report({ code: 'annotation-missing', file, message });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    report({ code: 'annotation-unreadable', file, message: error.message });
  }
  return undefined;
}

/**
 * Contents of an annotation file; `undefined` when there is no such file.
 *
 * @throws UserError when it can't be read or parsed.
 */
export function readAnnotation(file: string): VocAnnotation | undefined {
  const bytes = readIfThere(file);
  if (bytes === undefined) return undefined;
  const text = decodeText(bytes, file);
  try {
    return parseAnnotation(text);
  } catch (error) {
    throw new UserError(`${file} is not a VOC annotation (${messageOf(error)}). Correct or remove it.`);
  }
}
