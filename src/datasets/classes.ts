import { setImmediate } from 'node:timers/promises';
import { UserError } from '../errors.js';
import { nearestName } from '../nearest-name.js';

/** End of a message that says that a class is unknown: the name that was meant, or those that there are. */
export function suggestClass(name: string, known: readonly string[]): string {
  const guess = nearestName(name, known);
  return guess === undefined ? `there are ${listed(known)}` : `did you mean "${guess}"?`;
}

/** Names as a message shows them. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 20).join(', ');
  return names.length > 20 ? `${shown} and ${names.length - 20} more` : shown;
}

/** A choice of images, and what the user should know about it. */
export interface ChosenImages {
  readonly ids: readonly string[];
  readonly notices: readonly string[];
}

/** Name of a class's crowds where names are counted. */
export function crowdsOf(className: string): string {
  return `crowds of ${className}`;
}

/**
 * Message about a split of which nothing can be learned.
 *
 * @param images names of the objects in each image, one for each object
 */
export function nothingToLearn(
  source: string,
  classes: readonly string[],
  images: Iterable<readonly string[]>,
): string {
  const found = new Map<string, number>();
  let objects = 0;
  let crowds = 0;
  for (const names of images) {
    objects += names.length;
    crowds += names.filter((name) => name.startsWith(crowdsOf(''))).length;
    for (const name of new Set(names)) found.set(name, (found.get(name) ?? 0) + 1);
  }
  const present = [...found].map(([name, count]) => `${name} (${count})`).sort();
  return (
    `No image of ${source} has an object of data.classes (${listed(classes)}). ` +
    `The annotations name, with their number of images: ${present.join(', ') || 'nothing'}.` +
    (crowds > 0 ? ` ${aboutCrowds(source, crowds, objects)}` : '')
  );
}

/** Sentences about objects that are flagged as crowds. */
export function aboutCrowds(source: string, crowds: number, objects: number): string {
  return (
    `${source}: objects flagged as crowds (iscrowd), ignored in training: ${crowds} of ${objects}. Some tools flag single ` +
    'objects, as CVAT does those drawn with a brush: data.crowds=objects takes them as objects.'
  );
}

/**
 * The images that have something to learn from: an object of one of the classes, or no object at all. Those of which
 * that isn't known are among them.
 *
 * @param source what has the images, for messages
 * @param namesOf the classes of an image's objects; undefined where they can't be told
 * @throws UserError when no image has an object of one of the classes
 */
export async function imagesWithClasses(
  ids: readonly string[],
  classes: readonly string[],
  source: string,
  namesOf: (id: string) => Iterable<string> | undefined,
): Promise<ChosenImages> {
  const chosen: string[] = [];
  const found: string[][] = [];
  let examples = false;
  for (const id of ids) {
    // Lets an interrupt in, since reading doesn't.
    await setImmediate();
    const known = namesOf(id);
    const names = [...(known ?? [])];
    found.push(names);
    const isExample = known === undefined || classes.some((name) => names.includes(name));
    examples ||= isExample;
    if (isExample || names.length === 0) chosen.push(id);
  }
  if (!examples) throw new UserError(nothingToLearn(source, classes, found));
  const leftOut = ids.length - chosen.length;
  const notice = `${leftOut} of ${ids.length} images of ${source} have objects, but none of data.classes, and are left out.`;
  return { ids: chosen, notices: leftOut > 0 ? [notice] : [] };
}
