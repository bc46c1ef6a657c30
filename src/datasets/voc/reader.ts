import path from 'node:path';
import type { VocDataConfig } from '../../config/schema.js';
import { messageOf, UserError } from '../../errors.js';
import { encodeLabelImage, maskExtent, type RunLengthMask } from '../../geometry/run-length-mask.js';
import type { Finding, Report } from '../finding.js';
import { readPhoto } from '../images/stored-image.js';
import { readIfThere } from '../read-file.js';
import { type ImageReader, type ReadObject, sampleOf } from '../read-image.js';
import type { Purpose, SampleReader } from '../sample.js';
import { parseAnnotation, type VocAnnotation } from './annotation.js';
import { vocLayout } from './layout.js';
import { readMask } from './mask.js';
import { classInMask, majorityClasses, type ObjectSources, whyClassless } from './object-classes.js';

/** Pixels of a mask that belong to no object: outlines, and what the annotators left out. */
const voidIndex = 255;

const photoExtensions = ['.jpg', '.jpeg', '.png', '.JPG', '.JPEG', '.PNG'];

/** A reader of the samples of VOC's layout; see {@link vocImageReader}. */
export function vocReader(data: VocDataConfig, purpose: Purpose): SampleReader {
  const read = vocImageReader(data);
  return async (id) => sampleOf(await read(id), data.classes, purpose);
}

/**
 * A reader of VOC's layout. Objects are those of SegmentationObject, where index n is the n-th object, 0 is background
 * and 255 void; boxes are the masks' extents. An object's class and its `difficult` flag are those of the n-th object in
 * Annotations; where that says no name, the class is the one that most of the object's pixels have in
 * SegmentationClass.
 *
 * @param thorough whether to read SegmentationClass in any case, so that both can be compared
 */
export function vocImageReader(data: VocDataConfig, thorough = false): ImageReader {
  const layout = vocLayout(data);
  return async (id) => {
    const findings: Finding[] = [];
    const report: Report = (finding) => findings.push(finding);
    const photo = await readPhoto(
      photoExtensions.map((extension) => path.join(layout.photos, id + extension)),
      `${path.join(layout.photos, id)}.jpg is missing, and there is no .jpeg or .png instead. ` +
        `Add the photograph, or take "${id}" out of the split.`,
      report,
    );
    const file = layout.objectMask(id);
    const missing = `${file} is missing. Add the mask, or take "${id}" out of the split.`;
    const mask = readMask(file, photo, report, missing);
    const annotation = annotationOf(layout.annotation(id), report);
    const stated = annotation?.size && { file: layout.annotation(id), size: annotation.size };
    const read = { id, imageId: id, photo, file, name: file, stated, findings };
    // Nothing is known of the objects where a file is damaged that names them.
    const unknown = { ...read, objects: [] };
    if (!mask || findings.some(({ code }) => code === 'annotation-unreadable')) return unknown;

    const masks = encodeLabelImage(mask.indices, mask.height, mask.width);
    masks.delete(voidIndex);
    const annotated = annotation?.objects;
    const named = [...masks.keys()].every((index) => annotated?.[index - 1]?.name !== undefined);
    const found = findings.length;
    const classMask = thorough || !named ? readMask(layout.classMask(id), photo, report) : undefined;
    if (!named && findings.length > found) return unknown;
    const classIndices = classMask && majorityClasses(mask.indices, classMask.indices);
    const sources = { data, layout, id, annotated, classIndices };
    const indices = new Set([...masks.keys(), ...(annotated ?? []).map((_, i) => i + 1)]);
    const objects = [...indices]
      .sort((a, b) => a - b)
      .map((index) => readObject(index, masks.get(index), sources, report));
    return { ...read, objects };
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
    // Names that the list lacks can't be compared with it.
    classInMask: own?.name === undefined || sources.data.maskClasses.includes(own.name) ? inMask : undefined,
    box: mask && maskExtent(mask),
    annotatedBox: own?.box,
    area: undefined,
    mask,
    outline: undefined,
    difficult: own?.difficult ?? false,
    crowd: false,
    listed: annotated === undefined || own !== undefined,
    odd: own?.odd ?? [],
  };
}

/** The classes of an image's objects; undefined where its annotation is damaged or missing. */
export function classesInFile(file: string): string[] | undefined {
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
 * What an annotation file says; `undefined` when there is no such file.
 *
 * @throws UserError when it can't be read or parsed.
 */
export function readAnnotation(file: string): VocAnnotation | undefined {
  const bytes = readIfThere(file);
  if (bytes === undefined) return undefined;
  try {
    return parseAnnotation(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new UserError(`${file} is not a VOC annotation (${messageOf(error)}). Correct or remove it.`);
  }
}
