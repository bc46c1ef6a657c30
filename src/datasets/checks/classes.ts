import { nearestName } from '../../nearest-name.js';
import { suggestClass } from '../classes.js';
import { about } from './about.js';
import type { ImageCheck } from './context.js';

/**
 * Classes that no list names. Where only some of the data's classes are trained, others are nothing strange, but for
 * those that look like a misspelled one.
 */
export const checkClasses: ImageCheck = ({ objects }, { classes, names }) =>
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
export const checkClassMasks: ImageCheck = ({ objects }) =>
  objects.flatMap((object) => {
    const { className, classInMask } = object;
    if (className === undefined || classInMask === undefined || className === classInMask) return [];
    const message =
      `is ${className} in its annotation but ${classInMask} in the class mask. Correct the wrong one; data.maskClasses ` +
      "must name the classes that the masks' indices mean.";
    return about(object, 'class-conflict', message);
  });

/** Values that VOC's format doesn't know. */
export const checkValues: ImageCheck = ({ objects }) =>
  objects
    .filter(({ odd }) => odd.length > 0)
    .flatMap((object) =>
      about(
        object,
        'annotation-odd',
        `has ${object.odd.join(' and ')} in its annotation. Flags are 0 or 1, edges numbers.`,
      ),
    );
