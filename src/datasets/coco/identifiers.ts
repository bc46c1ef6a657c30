import path from 'node:path';
import type { CocoId } from './fields.js';

/**
 * Finds things by the ids that other tools gave them. The id itself is always right. Else "7" finds 7 and the reverse,
 * and names are found too; whatever several things could be called finds none of them.
 */
export type Finder = (id: CocoId) => number | undefined;

/** A finder of the index of each thing; `names` are what else it is called. */
export function finderOf(
  things: readonly { readonly id: CocoId; readonly names: readonly string[] }[],
): Finder {
  const exact = new Map(things.map(({ id }, i) => [id, i]));
  const loose = new Map<string, number | undefined>();
  things.forEach(({ id, names }, i) => {
    for (const name of [id, ...names].map(loosely)) {
      loose.set(name, loose.has(name) && loose.get(name) !== i ? undefined : i);
    }
  });
  return (id) => exact.get(id) ?? loose.get(loosely(id));
}

/** "007", "7" and 7 are the same. */
function loosely(id: CocoId): string {
  return typeof id === 'string' && /^\d{1,15}$/.test(id) ? String(Number(id)) : String(id);
}

/** The file's name without folders and extension. */
export function stemOf(file: string): string {
  return path.parse(file).name;
}
