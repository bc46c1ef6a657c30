import { UserError } from '../errors.js';
import type { Box } from '../geometry/boxes.js';
import type { Instance } from '../geometry/instance.js';
import { polygonsMask } from '../geometry/polygons.js';
import { maskArea, maskExtent, type RunLengthMask } from '../geometry/run-length-mask.js';
import { type Finding, isRefused } from './finding.js';
import type { StoredImage } from './images/stored-image.js';
import type { ImageId, Purpose, RgbImage, Sample } from './sample.js';

/** An object as the files describe it. */
export interface ReadObject {
  /** Its name in messages, with the file that it is in. */
  readonly name: string;
  readonly file: string;
  /** The index in a mask, the id of an annotation, or the number of a line. */
  readonly key: number | string;
  /** Its class; undefined where nothing says it. */
  readonly className: string | undefined;
  /** The box in training and evaluation; undefined where there is neither mask nor box. */
  readonly box: Box | undefined;
  /** As the file gives it; undefined where it doesn't. In VOC's layout it is checked only: the mask's extent counts. */
  readonly annotatedBox: Box | undefined;
  /** As annotated, in pixels; undefined where it isn't. */
  readonly area: number | undefined;
  /** Undefined where it has none. */
  readonly mask: RunLengthMask | undefined;
  /** Extent of its outline, inside the image and beyond; undefined where its mask isn't made of outlines. */
  readonly outline: Box | undefined;
  readonly difficult: boolean;
  readonly crowd: boolean;
  /** False where there is a list of the image's objects and it lacks this one. */
  readonly listed: boolean;
}

/**
 * Contents of an image's files, whether or not it can be used.
 *
 * @typeParam Own what only the format's own checks look at
 */
export interface ReadImage<Own = unknown> {
  readonly id: string;
  /** The id in the annotation file; undefined where the format has none. */
  readonly imageId: ImageId | undefined;
  /** Undefined where it can't be read. */
  readonly image: StoredImage | undefined;
  /** The file that holds the objects … */
  readonly file: string;
  /** … and the name in messages of the part of it that is about this image. */
  readonly name: string;
  readonly objects: readonly ReadObject[];
  /** Everything wrong with it, as far as reading shows. */
  readonly findings: readonly Finding[];
  readonly own: Own;
}

/**
 * Reads the files of an image, in any thread.
 *
 * @typeParam Rec what the split knows about an image, in formats that have one annotation file for all
 */
export interface ImageReader<Rec = unknown, Own = unknown> {
  read(id: string, record: Rec | undefined): Promise<ReadImage<Own>>;
}

/**
 * Makes a sample of what was read. Objects of other classes are ignored.
 *
 * @throws UserError when something makes the image unusable, or the settings leave it out
 */
export function sampleOf(read: ReadImage, classes: readonly string[], purpose: Purpose): Sample {
  const { id, imageId = id, image, objects, findings } = read;
  const reason = findings.find((finding) => isRefused(finding) || finding.code === 'image-left-out');
  if (reason) throw new UserError(reason.message);
  if (!image) throw new Error(`The image of ${id} wasn't read, and nothing says why`);
  const instances: Instance[] = [];
  const ignored: Instance[] = [];
  for (const object of objects) {
    const instance = instanceOf(object, classes, purpose);
    if (instance) (isTrained(object, classes) ? instances : ignored).push(instance);
    else if (purpose === 'training') ignored.push(...regionOf(object, image.pixels));
  }
  return { id, imageId, image: image.pixels, instances, ignored };
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

/** The place of an object without a usable mask: nothing to learn from, but no background either. */
function regionOf({ annotatedBox, difficult }: ReadObject, { width, height }: RgbImage): Instance[] {
  if (!annotatedBox) return [];
  const [x1, y1, x2, y2] = annotatedBox;
  const mask = polygonsMask([[x1, y1, x2, y1, x2, y2, x1, y2]], height, width);
  if (maskArea(mask) === 0) return [];
  return [{ box: insideImage(annotatedBox, mask), label: 0, mask, difficult, crowd: false }];
}

/** The part of a box inside the image; where there is none, the mask's extent. */
function insideImage([x1, y1, x2, y2]: Box, mask: RunLengthMask): Box {
  const inside: Box = [Math.max(x1, 0), Math.max(y1, 0), Math.min(x2, mask.width), Math.min(y2, mask.height)];
  return inside[2] > inside[0] && inside[3] > inside[1] ? inside : maskExtent(mask);
}
