import path from 'node:path';
import type { VocDataConfig } from '../../config/schema.js';
import { messageOf, UserError } from '../../errors.js';
import type { Instance } from '../../geometry/instance.js';
import { encodeLabelImage } from '../../geometry/label-image.js';
import { maskExtent } from '../../geometry/mask-extent.js';
import { asData, decodeRgb } from '../decode-rgb.js';
import { readIfThere } from '../read-file.js';
import type { Purpose, RgbImage, SampleReader } from '../sample.js';
import { type AnnotatedObject, parseAnnotation } from './annotation.js';
import { decodeIndexImage, type IndexImage } from './index-image.js';
import { type VocLayout, vocLayout } from './layout.js';
import { classNames } from './object-classes.js';

/** Pixels of a mask that belong to no object: outlines, and what the annotators left out. */
const voidIndex = 255;

const photoExtensions = ['.jpg', '.jpeg', '.png', '.JPG', '.JPEG', '.PNG'];

/** A photograph and where it lies. */
interface Photo {
  readonly file: string;
  readonly image: RgbImage;
}

/**
 * A reader of VOC's layout. Photographs come as they are stored: their EXIF orientation isn't applied, since the masks
 * belong to the stored pixels. Objects are those of SegmentationObject, where index n is the n-th object, 0 is
 * background and 255 void; boxes are the masks' extents. An object's class and its `difficult` flag are those of the
 * n-th object in Annotations; where that says no name, the class is the one that most of the object's pixels have in
 * SegmentationClass.
 */
export function vocReader(data: VocDataConfig, purpose: Purpose): SampleReader {
  const layout = vocLayout(data);
  return async (id) => {
    const photo = await readPhoto(layout, id);
    const { width, height } = photo.image;
    const objectMask = layout.objectMask(id);
    const labels = await readMask(objectMask, photo);
    if (labels === undefined) {
      throw new UserError(`${objectMask} is missing. Add the mask, or take "${id}" out of the split.`);
    }
    const masks = encodeLabelImage(labels, height, width);
    masks.delete(voidIndex);
    if (masks.size === 0 && purpose === 'training') {
      throw new UserError(
        `${objectMask} has no object, and training needs one in each image. Take "${id}" out of the split.`,
      );
    }
    const annotated = await readAnnotation(layout.annotation(id));
    const readClassMask = () => readMask(layout.classMask(id), photo);
    const names = await classNames([...masks.keys()], { data, layout, id, labels, annotated, readClassMask });

    const instances: Instance[] = [];
    const ignored: Instance[] = [];
    for (const [index, mask] of masks) {
      const difficult = annotated?.[index - 1]?.difficult ?? false;
      const label = data.classes.indexOf(names.get(index) ?? '');
      const instance = { box: maskExtent(mask), label: Math.max(label, 0), mask, difficult, crowd: false };
      (label < 0 ? ignored : instances).push(instance);
    }
    return { id, image: photo.image, instances, ignored };
  };
}

/**
 * The objects of an annotation; `undefined` when there is no such file.
 *
 * @throws UserError when it can't be read or parsed.
 */
export async function readAnnotation(file: string): Promise<AnnotatedObject[] | undefined> {
  const bytes = await readIfThere(file);
  if (bytes === undefined) return undefined;
  try {
    return parseAnnotation(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new UserError(`${file} is not a VOC annotation (${messageOf(error)}). Correct or remove it.`);
  }
}

async function readPhoto({ photos }: VocLayout, id: string): Promise<Photo> {
  for (const extension of photoExtensions) {
    const file = path.join(photos, id + extension);
    const bytes = await readIfThere(file);
    if (bytes !== undefined) return { file, image: await decodeRgb(bytes, file, asData) };
  }
  throw new UserError(
    `${path.join(photos, id)}.jpg is missing, and there is no .jpeg or .png instead. ` +
      `Add the photograph, or take "${id}" out of the split.`,
  );
}

/** A mask's indices, row by row; `undefined` when there is no such file. */
async function readMask(file: string, { file: photo, image }: Photo): Promise<Uint8Array | undefined> {
  const bytes = await readIfThere(file);
  if (bytes === undefined) return undefined;
  const mask = decodeMaskFile(bytes, file);
  if (mask.width !== image.width || mask.height !== image.height) {
    const turned = mask.width === image.height && mask.height === image.width;
    throw new UserError(
      `${file} is ${mask.width}×${mask.height} but ${photo} is ${image.width}×${image.height} pixels. ` +
        (turned
          ? 'The mask seems to be drawn on the turned photograph: masks belong to the pixels as they are stored, ' +
            'so store the photograph turned.'
          : 'Both must have the same size.'),
    );
  }
  return mask.indices;
}

function decodeMaskFile(bytes: Uint8Array, file: string): IndexImage {
  try {
    return decodeIndexImage(bytes);
  } catch (error) {
    throw new UserError(
      `${file} is not a readable mask (${messageOf(error)}). ` +
        "Masks are intact PNG files with a palette, in 8-bit grey or in VOC's colours.",
    );
  }
}
