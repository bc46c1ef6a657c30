import { distance } from 'fastest-levenshtein';
import { z } from 'zod';

/** What a schema accepts once its default, its optionality and its transformation are taken off. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return unwrap(schema.unwrap());
  }
  return schema instanceof z.ZodPipe ? unwrap(schema.in) : schema;
}

/** The schemas of an object's keys; of a union, those of all its options. */
function keysOf(schema: z.core.$ZodType): Map<string, z.core.$ZodType> {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return new Map(Object.entries(inner.shape));
  if (inner instanceof z.ZodUnion) {
    return new Map(inner.options.flatMap((option) => [...keysOf(option)]));
  }
  return new Map();
}

/** The schema at a path of keys, without its wrappers; undefined where there is none. */
export function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType | undefined {
  let found: z.core.$ZodType | undefined = schema;
  for (const key of path) found = found && keysOf(found).get(String(key));
  return found && unwrap(found);
}

/** The keys that an object at a path may have. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const found = schemaAt(schema, path);
  return found ? [...keysOf(found).keys()] : [];
}

/** The key whose value decides which others the object at a path may have, where one does. */
export function discriminatorAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string | undefined {
  const found = schemaAt(schema, path);
  return found instanceof z.ZodDiscriminatedUnion ? found.def.discriminator : undefined;
}

/** The keys that the object at a path may have when its discriminator has a value; undefined when that has no meaning. */
export function keysOfKind(
  schema: z.core.$ZodType,
  path: readonly PropertyKey[],
  kind: unknown,
): string[] | undefined {
  const found = schemaAt(schema, path);
  if (!(found instanceof z.ZodDiscriminatedUnion)) return undefined;
  const { discriminator } = found.def;
  const option = found.options.find((candidate) => {
    const literal = schemaAt(candidate, [discriminator]);
    return literal instanceof z.ZodLiteral && literal.value === kind;
  });
  return option && [...keysOf(option).keys()];
}

/** The candidate that a misspelt name most likely means; undefined when none is close. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      edits: distance(name.toLowerCase(), candidate.toLowerCase()),
    }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked.at(0);
  return best && best.edits <= Math.max(2, name.length / 3) ? best.candidate : undefined;
}
