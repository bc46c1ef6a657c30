import type { AnnotatedObject } from './annotation.js';
import type { VocData, VocLayout } from './layout.js';

/** Sources of the objects' classes in an image. */
export interface ObjectSources {
  readonly data: VocData;
  readonly layout: VocLayout;
  readonly id: string;
  /** The annotation's objects; `undefined` when there is no annotation. */
  readonly annotated: readonly AnnotatedObject[] | undefined;
  /** The class mask's index of each object, see {@link majorityClasses}; `undefined` without a class mask. */
  readonly classIndices: ReadonlyMap<number, number> | undefined;
}

/** The name of an object's class in the class mask; `undefined` where there is none. */
export function classInMask(object: number, { data, classIndices }: ObjectSources): string | undefined {
  const index = classIndices?.get(object);
  return index === undefined ? undefined : data.maskClasses[index - 1];
}

/** Why neither the annotation nor the class mask tells an object's class, and what to do. */
export function whyClassless(object: number, sources: ObjectSources): string {
  const { data, layout, id, classIndices } = sources;
  const index = classIndices?.get(object);
  if (index === undefined) {
    const inMask = classIndices ? `shows no class there` : 'is missing';
    return (
      `Object ${object} of ${layout.objectMask(id)} has no class: ${layout.annotation(id)} ` +
      `${whyUnnamed(object, sources.annotated)}, and ${layout.classMask(id)} ${inMask}. ` +
      'Add the object to the one or its class to the other.'
    );
  }
  return (
    `Object ${object} of ${layout.objectMask(id)} has class ${index} in ${layout.classMask(id)}, but ` +
    `data.maskClasses has only ${data.maskClasses.length} names. Set data.maskClasses to the names of the classes ` +
    "that the masks' indices mean, from 1."
  );
}

function whyUnnamed(object: number, annotated: readonly AnnotatedObject[] | undefined): string {
  if (annotated === undefined) return 'is missing';
  return object > annotated.length
    ? `has ${annotated.length} ${annotated.length === 1 ? 'object' : 'objects'}`
    : `gives its object ${object} no name`;
}

/**
 * The class that most of each object's pixels have, background (0) and void (255) aside.
 *
 * @param objects row-major object indices
 * @param classes class indices of the same pixels
 */
export function majorityClasses(objects: Uint8Array, classes: Uint8Array): Map<number, number> {
  const counts = new Map<number, Uint32Array>();
  for (let i = 0; i < objects.length; i++) {
    if (objects[i] === 0) continue;
    let own = counts.get(objects[i]);
    if (!own) {
      own = new Uint32Array(256);
      counts.set(objects[i], own);
    }
    own[classes[i]]++;
  }
  const majorities = new Map<number, number>();
  for (const [object, own] of counts) {
    own[0] = 0;
    own[255] = 0;
    const most = Math.max(...own);
    if (most > 0) majorities.set(object, own.indexOf(most));
  }
  return majorities;
}
