import { nearestName } from '../../nearest-name.js';
import type { ImageFacts } from '../checks/facts.js';
import { about, type CheckContext, type ImageCheck } from '../checks/image-check.js';
import { suggestClass } from '../classes.js';
import type { Finding } from '../finding.js';
import type { VocOwn } from './reader.js';

type VocCheck = (image: ImageFacts<VocOwn>, context: CheckContext) => readonly Finding[];

/** Checks of VOC's class masks, stated sizes, class names and values. */
export const checkVocImage: VocCheck = (image, context) =>
  [checkStatedSize, checkClasses, checkClassMasks, checkValues].flatMap((check) => check(image, context));

/** A stated size that isn't the image's: the annotation may belong to another one. */
const checkStatedSize: VocCheck = ({ image, own: { stated } }) => {
  if (!image || !stated) return [];
  const { file, size } = stated;
  if (size.width === image.width && size.height === image.height) return [];
  const message =
    `${file} is about an image of ${size.width}×${size.height}, but ${image.file} has ` +
    `${image.width}×${image.height} pixels. See whether it belongs to this image, and correct it.`;
  return [{ code: 'annotation-size', file, message }];
};

/**
 * Classes that no list names. Where only some of the data's classes are trained, others are nothing strange, but for
 * those that look like a misspelled one.
 */
const checkClasses: ImageCheck = ({ objects }, { classes, names }) =>
  objects.flatMap((object) => {
    const { className } = object;
    if (className === undefined || names.includes(className)) return [];
    const isChoice = names.some((name) => !classes.includes(name));
    if (!isChoice || nearestName(className, classes) !== undefined) {
      const message =
        `has a class that neither data.classes nor data.maskClasses knows: ${suggestClass(className, classes)} ` +
        'Correct it, or add it to one of the two.';
      return about(object, 'unknown-class', message);
    }
    return about(object, 'ignored-class', 'is ignored: data.classes has no such class.');
  });

/** Classes that the annotation and the class mask don't agree on: the objects may be in another order. */
const checkClassMasks: VocCheck = ({ objects, own }) =>
  objects.flatMap((object) => {
    const { className } = object;
    const classInMask = own.objects.get(object.key)?.classInMask;
    if (className === undefined || classInMask === undefined || className === classInMask) return [];
    const message =
      `is ${className} in its annotation but ${classInMask} in the class mask. Correct the wrong one; data.maskClasses ` +
      "must name the classes that the masks' indices mean.";
    return about(object, 'class-conflict', message);
  });

/** Values that VOC's format doesn't know. */
const checkValues: VocCheck = ({ objects, own }) =>
  objects.flatMap((object) => {
    const odd = own.objects.get(object.key)?.odd ?? [];
    if (odd.length === 0) return [];
    return about(
      object,
      'annotation-odd',
      `has ${odd.join(' and ')} in its annotation. Flags are 0 or 1, edges numbers.`,
    );
  });

/** The findings, with one for all images where no image has an annotation. */
export function condenseMissing(
  findings: readonly Finding[],
  images: readonly ImageFacts<VocOwn>[],
): readonly Finding[] {
  const missing = findings.filter(({ code }) => code === 'annotation-missing');
  // An image may be in both splits.
  if (missing.length < new Set(images.map(({ id }) => id)).size || missing.length < 2) return findings;
  const { file } = missing[0];
  const message = `${file} and all others are missing, so classes are those of SegmentationClass and nothing is difficult.`;
  return [
    ...findings.filter(({ code }) => code !== 'annotation-missing'),
    { code: 'annotation-missing', file, message },
  ];
}
