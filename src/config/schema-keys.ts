import { z } from 'zod';

/** What a schema accepts once its default, its optionality and its transformation are taken off. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return unwrap(schema.unwrap());
  }
  return schema instanceof z.ZodPipe ? unwrap(schema.in) : schema;
}

/** The options of a union, or the one schema. */
function optionsOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  return schema instanceof z.ZodUnion ? schema.options.map(unwrap).flatMap(optionsOf) : [schema];
}

/**
 * The schemas at a path of keys, without their wrappers: none where the path leads nowhere, several where the options of
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

/** The keys that an object at a path may have; of a union, those of all its options. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const objects = schemasAt(schema, path).flatMap(optionsOf);
  const keys = objects.flatMap((object) => (object instanceof z.ZodObject ? Object.keys(object.shape) : []));
  return [...new Set(keys)];
}

/** An object whose other keys depend on the value of one, its discriminator. */
export interface Kinds {
  readonly path: readonly PropertyKey[];
  readonly discriminator: string;
  /** The schema of the object where the discriminator has a value; undefined when that has no meaning. */
  schemaOf(value: unknown): z.core.$ZodType | undefined;
}

/** The innermost such object that a path lies in or leads to; undefined where there is none. */
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
