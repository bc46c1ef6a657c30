import { messageOf, UserError } from '../../errors.js';
import { encodeLabelImage, maskExtent, type RunLengthMask } from '../../geometry/run-length-mask.js';
import type { Finding, Report } from '../finding.js';
import { readStoredImage, sizeMismatch } from '../images/stored-image.js';
import { readIfThere } from '../read-file.js';
import type { ImageReader, ReadImage, ReadObject } from '../read-image.js';
import { vocClasses } from '../voc/classes.js';
import { type SbdData, sbdLayout } from './layout.js';
import { type MatValue, readMatFile } from './mat-file.js';

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
    const missing = `${imageFile} is missing. Add the image, or take "${id}" out of the split.`;
    const file = layout.instances(id);
    const instances = readInstances(file, id, report);
    const policy = { setting: data.orientation, stated: instances };
    const image = await readStoredImage([imageFile], missing, policy, report);
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
      .map((index) => readObject(index, masks.get(index), { file, ...instances }, report));
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
  { file, categories }: Pick<InstanceFile, 'categories'> & { readonly file: string },
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

/** The instances of an image. */
interface InstanceFile {
  readonly height: number;
  readonly width: number;
  /** Row by row: 0 is background, n the n-th object. */
  readonly labels: Uint8Array;
  /** The class of each object; they count from 1. */
  readonly categories: readonly number[];
}

/**
 * Reads inst/<id>.mat: a structure `GTinst` with the object of each pixel (`Segmentation`) and the class of each object
 * (`Categories`). The outlines (`Boundaries`) aren't needed.
 *
 * @throws Error that says what is wrong with the file
 */
export function parseInstances(bytes: Uint8Array): InstanceFile {
  const instances = readMatFile(bytes).get('GTinst');
  if (instances?.kind !== 'struct') throw new Error('it has no structure GTinst');
  const segmentation = numbersOf(instances.fields.get('Segmentation'), 'Segmentation');
  const [height, width] = segmentation.dimensions;
  if (segmentation.dimensions.length !== 2) throw new Error('its Segmentation is no matrix');
  const labels = new Uint8Array(height * width);
  for (let x = 0, from = 0; x < width; x++) {
    for (let to = x; to < labels.length; to += width) {
      const label = segmentation.values[from++];
      labels[to] = label;
      if (labels[to] !== label)
        throw new Error(`its Segmentation holds ${label}, and objects count from 1 to 254`);
    }
  }
  return { height, width, labels, categories: Array.from(categoriesOf(instances.fields.get('Categories'))) };
}

/** An image without objects has an empty list, which isn't always written as numbers. */
function categoriesOf(value: MatValue | undefined): ArrayLike<number> {
  return value?.kind === 'other' ? [] : numbersOf(value, 'Categories').values;
}

function numbersOf(value: MatValue | undefined, name: string) {
  if (value?.kind !== 'numbers') throw new Error(`its GTinst has no numbers ${name}`);
  return value;
}
