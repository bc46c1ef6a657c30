import { UserError } from '../errors.js';
import type { Box } from '../geometry/boxes.js';
import type { ImageSize } from '../geometry/image-size.js';
import type { Instance } from '../geometry/instance.js';
import { maskArea, maskExtent, type RunLengthMask } from '../geometry/run-length-mask.js';
import type { CocoRecord } from './coco/record.js';
import { type Finding, isRefused } from './finding.js';
import type { Photo } from './images/stored-image.js';
import type { ImageId, Purpose, Sample } from './sample.js';

/** An object as the files describe it. */
export interface ReadObject {
  /** How messages call it, with the file that it is in. */
  readonly name: string;
  readonly file: string;
  /** The index in a mask, or the id of an annotation. */
  readonly key: number | string;
  /** Its class; undefined where nothing says it. */
  readonly className: string | undefined;
  /** The one in VOC's class mask, where that was read. */
  readonly classInMask: string | undefined;
  /** The truth in training and evaluation; undefined where there is neither mask nor box. */
  readonly box: Box | undefined;
  /** As the file gives it; undefined where it doesn't. In VOC's layout it is checked only: the truth is the mask's extent. */
  readonly annotatedBox: Box | undefined;
  /** As annotated, in pixels; undefined where it isn't. */
  readonly area: number | undefined;
  /** Undefined where it has none. */
  readonly mask: RunLengthMask | undefined;
  /** How far its polygons reach, inside the image and beyond; undefined where its mask isn't made of them. */
  readonly outline: Box | undefined;
  readonly difficult: boolean;
  readonly crowd: boolean;
  /** False where there is a list of the image's objects and it lacks this one. */
  readonly listed: boolean;
  /** What of it the format doesn't know. */
  readonly odd: readonly string[];
}

/** All that the files say about an image, whether or not it can be used. */
export interface ReadImage {
  readonly id: string;
  readonly imageId: ImageId;
  /** Undefined where it can't be read. */
  readonly photo: Photo | undefined;
  /** The file that holds the objects … */
  readonly file: string;
  /** … and how messages call the part of it that is about this image. */
  readonly name: string;
  /** How large VOC's annotation says that the photograph is. */
  readonly stated: { readonly file: string; readonly size: ImageSize } | undefined;
  readonly objects: readonly ReadObject[];
  /** What is wrong with it, as far as reading shows. */
  readonly findings: readonly Finding[];
}

/**
 * Reads the files of an image.
 *
 * @param record what the annotation file says about it, in formats that have one for all images
 */
export type ImageReader = (id: string, record?: CocoRecord) => Promise<ReadImage>;

/**
 * Makes a sample of what was read. Objects of other classes are ignored.
 *
 * @throws UserError when something makes the image unusable, or when training gets an image without objects
 */
export function sampleOf(read: ReadImage, classes: readonly string[], purpose: Purpose): Sample {
  const { id, imageId, photo, objects, findings } = read;
  const reason = findings.find(isRefused);
  if (reason) throw new UserError(reason.message);
  if (!photo) throw new Error(`The photograph of ${id} wasn't read, and nothing says why`);
  const instances: Instance[] = [];
  const ignored: Instance[] = [];
  for (const object of objects) {
    const instance = instanceOf(object, classes, purpose);
    if (instance) (isTrained(object, classes) ? instances : ignored).push(instance);
  }
  if (purpose === 'training' && instances.length + ignored.length === 0) {
    throw new UserError(withoutObjects(read));
  }
  return { id, imageId, image: photo.image, instances, ignored };
}

function isTrained({ className }: ReadObject, classes: readonly string[]): boolean {
  return className !== undefined && classes.includes(className);
}

/** Undefined where there is no mask or, for training, no pixel in it. */
function instanceOf(object: ReadObject, classes: readonly string[], purpose: Purpose): Instance | undefined {
  const { className, box, mask, difficult, crowd, area } = object;
  if (!mask || !box) return undefined;
  const empty = maskArea(mask) === 0;
  if (purpose === 'training' && empty) return undefined;
  return {
    box: purpose === 'training' ? insideImage(box, mask) : box,
    label: Math.max(classes.indexOf(className ?? ''), 0),
    mask,
    difficult,
    crowd,
    ...(area !== undefined && { area }),
  };
}

/** The part of a box inside the image; where there is none, the mask's extent. */
function insideImage([x1, y1, x2, y2]: Box, mask: RunLengthMask): Box {
  const inside: Box = [Math.max(x1, 0), Math.max(y1, 0), Math.min(x2, mask.width), Math.min(y2, mask.height)];
  return inside[2] > inside[0] && inside[3] > inside[1] ? inside : maskExtent(mask);
}

/** What is said about an image that training has no use for. */
export function withoutObjects({ id, name }: Pick<ReadImage, 'id' | 'name'>): string {
  return `${name} has no object, and training needs one in each image. Take "${id}" out of the split.`;
}
