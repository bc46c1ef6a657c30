import { messageOf, UserError } from '../../errors.js';
import { encodeLabelImage, maskExtent, type RunLengthMask } from '../../geometry/run-length-mask.js';
import type { Finding, Report } from '../finding.js';
import { readStoredImage, sizeMismatch } from '../images/stored-image.js';
import { readIfThere } from '../read-file.js';
import type { ImageReader, ReadImage, ReadObject } from '../read-image.js';
import { vocClasses } from '../voc/classes.js';
import { type InstanceFile, parseInstances } from './instances.js';
import { type SbdData, sbdLayout } from './layout.js';

/**
 * A reader of the Semantic Boundaries Dataset (Hariharan et al., 2011). Objects are those of inst/<id>.mat, whose
 * categories count VOC's classes from 1; boxes are the masks' extents.
 */
export function sbdReader(data: SbdData): ImageReader {
  const layout = sbdLayout(data);
  const read = async (id: string): Promise<ReadImage> => {
    const findings: Finding[] = [];
    const report: Report = (finding) => findings.push(finding);
    const imageFile = layout.image(id);
    const missing = `${imageFile} is missing. Add the photograph, or take "${id}" out of the split.`;
    const image = await readStoredImage([imageFile], missing, report);
    const file = layout.instances(id);
    const instances = readInstances(file, id, report);
    const known = { id, imageId: undefined, image, file, name: file, findings, own: undefined };
    if (!instances) return { ...known, objects: [] };

    const message = image && sizeMismatch(file, instances, image);
    if (message !== undefined) report({ code: 'size-mismatch', file, message });
    const masks = encodeLabelImage(instances.labels, instances.height, instances.width);
    // ChainerCV and others take it for void, as in VOC's masks.
    masks.delete(255);
    const indices = new Set([...masks.keys(), ...instances.categories.map((_, i) => i + 1)]);
    const objects = [...indices]
      .sort((a, b) => a - b)
      .map((index) => readObject(index, masks.get(index), instances.categories, file, report));
    return { ...known, objects };
  };
  return { read };
}

/** The classes of an image's objects; undefined where its file is damaged or missing. */
export function classesInMatFile(file: string): string[] | undefined {
  const instances = readInstances(file, '', () => {});
  return instances?.categories.map((category) => vocClasses[category - 1] ?? '');
}

function readInstances(file: string, id: string, report: Report): InstanceFile | undefined {
  try {
    const bytes = readIfThere(file);
    if (bytes !== undefined) return parseInstances(bytes);
    const message = `${file} is missing. Add it, or take "${id}" out of the split.`;
    report({ code: 'mask-missing', file, message });
  } catch (error) {
    const message =
      error instanceof UserError
        ? error.message
        : `${file} is not a readable file of instances (${messageOf(error)}). Unpack or download it again.`;
    report({ code: 'mask-unreadable', file, message });
  }
  return undefined;
}

function readObject(
  index: number,
  mask: RunLengthMask | undefined,
  categories: readonly number[],
  file: string,
  report: Report,
): ReadObject {
  const category = categories[index - 1];
  const className: string | undefined = vocClasses[category - 1];
  if (className === undefined) {
    const message =
      `Object ${index} of ${file} has ` +
      (category === undefined
        ? `no class: there are only ${categories.length} categories.`
        : `the category ${category}, but they go from 1 to ${vocClasses.length}.`);
    report({ code: 'class-missing', file, object: index, message });
  }
  return {
    name: `Object ${index}${className === undefined ? '' : ` (${className})`} of ${file}`,
    file,
    key: index,
    className,
    box: mask && maskExtent(mask),
    annotatedBox: undefined,
    area: undefined,
    mask,
    outline: undefined,
    difficult: false,
    crowd: false,
    listed: true,
  };
}
