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

/**
 * The images that have something to learn from: an object of one of the classes. Those of which that isn't known are
 * among them.
 *
 * @param source what has the images, for messages
 * @param namesOf the classes of an image's objects; undefined where they can't be told
 * @throws UserError when no image is left
 */
export async function imagesWithClasses(
  ids: readonly string[],
  classes: readonly string[],
  source: string,
  namesOf: (id: string) => Iterable<string> | undefined,
): Promise<ChosenImages> {
  const chosen: string[] = [];
  const found = new Map<string, number>();
  for (const id of ids) {
    // Lets an interrupt in, since reading doesn't.
    await setImmediate();
    const known = namesOf(id);
    const names = new Set(known);
    for (const name of names) found.set(name, (found.get(name) ?? 0) + 1);
    if (known === undefined || classes.some((name) => names.has(name))) chosen.push(id);
  }
  if (chosen.length === 0) {
    const present = [...found].map(([name, images]) => `${name} (${images})`).sort();
    throw new UserError(
      `No image of ${source} has an object of data.classes (${listed(classes)}). ` +
        `The annotations name, with their number of images: ${present.join(', ') || 'nothing'}.`,
    );
  }
  const leftOut = ids.length - chosen.length;
  const notice = `${leftOut} of ${ids.length} images of ${source} have no object of data.classes and are left out.`;
  return { ids: chosen, notices: leftOut > 0 ? [notice] : [] };
}
