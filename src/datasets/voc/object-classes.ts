import type { VocDataConfig } from '../../config/schema.js';
import { UserError } from '../../errors.js';
import type { AnnotatedObject } from './annotation.js';
import type { VocLayout } from './layout.js';

/** What is known about the objects of an image. */
export interface ObjectSources {
  readonly data: VocDataConfig;
  readonly layout: VocLayout;
  readonly id: string;
  /** Row-major object indices. */
  readonly labels: Uint8Array;
  /** The annotation's objects; `undefined` when there is no annotation. */
  readonly annotated: readonly AnnotatedObject[] | undefined;
  /** Row-major class indices of the same pixels, read when needed; `undefined` when there is no class mask. */
  readClassMask(): Promise<Uint8Array | undefined>;
}

/**
 * The class of each object, by index: what the annotation says or else what most of its pixels have in the class mask.
 *
 * @throws UserError when an object has neither, or when the class mask's index has no name.
 */
export async function classNames(
  indices: readonly number[],
  sources: ObjectSources,
): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  let classMask: Uint8Array | undefined;
  for (const index of indices) {
    const annotated = sources.annotated?.[index - 1]?.name;
    if (annotated === undefined) classMask ??= await sources.readClassMask();
    names.set(index, annotated ?? nameFromMask(index, classMask, sources));
  }
  return names;
}

function nameFromMask(object: number, classMask: Uint8Array | undefined, sources: ObjectSources): string {
  const { data, layout, id, labels } = sources;
  const index = classMask && majorityClass(labels, classMask, object);
  if (index === undefined) {
    const inMask = classMask ? `shows no class there` : 'is missing';
    throw new UserError(
      `Object ${object} of ${layout.objectMask(id)} has no class: ${layout.annotation(id)} ` +
        `${whyUnnamed(object, sources.annotated)}, and ${layout.classMask(id)} ${inMask}. ` +
        'Add the object to the one or its class to the other.',
    );
  }
  const name = data.maskClasses[index - 1];
  if (name === undefined) {
    throw new UserError(
      `Object ${object} of ${layout.objectMask(id)} has class ${index} in ${layout.classMask(id)}, but ` +
        `data.maskClasses has only ${data.maskClasses.length} names. Set data.maskClasses to the names of the classes ` +
        "that the masks' indices mean, from 1.",
    );
  }
  return name;
}

function whyUnnamed(object: number, annotated: readonly AnnotatedObject[] | undefined): string {
  if (annotated === undefined) return 'is missing';
  return object > annotated.length
    ? `has ${annotated.length} ${annotated.length === 1 ? 'object' : 'objects'}`
    : `gives its object ${object} no name`;
}

/** The class that most of an object's pixels have, background (0) and void (255) aside. */
function majorityClass(objects: Uint8Array, classes: Uint8Array, object: number): number | undefined {
  const counts = new Uint32Array(256);
  for (let i = 0; i < objects.length; i++) {
    if (objects[i] === object) counts[classes[i]]++;
  }
  counts[0] = 0;
  counts[255] = 0;
  const most = Math.max(...counts);
  return most > 0 ? counts.indexOf(most) : undefined;
}
