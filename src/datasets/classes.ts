import type { ClassificationDataConfig, DataConfig } from '../config/schema.js';
import { UserError } from '../errors.js';
import { nearestName } from '../nearest-name.js';
import { shapeClasses } from './shapes/classes.js';

/**
 * The classes that a config's data has; a label is an index into them.
 *
 * @throws UserError where only an annotation file or folders name them: `resolveClasses` reads them.
 */
export function classesOf(data: DataConfig | ClassificationDataConfig): readonly string[] {
  if (data.format === 'shapes') return shapeClasses;
  if (data.classes) return data.classes;
  throw new UserError(
    'data.classes is not set. Name the classes, as in data.classes=person,car: the data itself is not read here.',
  );
}

/** How a message goes on that says that a class is unknown: with the name that was meant, or those that there are. */
export function suggestClass(name: string, known: readonly string[]): string {
  const guess = nearestName(name, known);
  return guess === undefined ? `there are ${listed(known)}` : `did you mean "${guess}"?`;
}

/** Names as a message shows them. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 20).join(', ');
  return names.length > 20 ? `${shown} and ${names.length - 20} more` : shown;
}
