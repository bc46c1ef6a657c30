import { z } from 'zod';

/** Schema without its default, its optionality and its transformation. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return unwrap(schema.unwrap());
  }
  return schema instanceof z.ZodPipe ? unwrap(schema.in) : schema;
}

/** Options of a union, or the one schema. */
function optionsOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  return schema instanceof z.ZodUnion ? schema.options.map(unwrap).flatMap(optionsOf) : [schema];
}

/**
 * Schemas at a path of keys, without their wrappers: none where the path leads nowhere, several where several options of
 * a union have it.
 */
export function schemasAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType[] {
  let found = [unwrap(schema)];
  for (const key of path) {
    found = found
      .flatMap(optionsOf)
      .flatMap((option) => (option instanceof z.ZodObject ? (option.shape[String(key)] ?? []) : []))
      .map(unwrap);
  }
  return found;
}

/** Keys that an object at a path may have; for a union, those of all its options. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const objects = schemasAt(schema, path).flatMap(optionsOf);
  const keys = objects.flatMap((object) => (object instanceof z.ZodObject ? Object.keys(object.shape) : []));
  return [...new Set(keys)];
}

/** Object whose keys depend on the value of one of them, its discriminator. */
export interface Kinds {
  readonly path: readonly PropertyKey[];
  readonly discriminator: string;
  /** Schema of the object for a value of the discriminator; undefined for an unknown value. */
  schemaOf(value: unknown): z.core.$ZodType | undefined;
}

/** Innermost such object that a path lies in or leads to; undefined where there is none. */
export function kindsAround(schema: z.core.$ZodType, path: readonly PropertyKey[]): Kinds | undefined {
  for (let depth = path.length; depth >= 0; depth--) {
    const around = path.slice(0, depth);
    for (const found of schemasAt(schema, around)) {
      if (!(found instanceof z.ZodDiscriminatedUnion)) continue;
      const { discriminator } = found.def;
      const schemaOf = (value: unknown): z.core.$ZodType | undefined =>
        found.options.find((option) =>
          schemasAt(option, [discriminator]).some((key) =>
            [...(key._zod.values ?? [])].some((v) => v === value),
          ),
        );
      return { path: around, discriminator, schemaOf };
    }
  }
  return undefined;
}
