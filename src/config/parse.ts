import { z } from 'zod';
import { UserError } from '../errors.js';
import { nearestName } from '../nearest-name.js';
import { type Config, classificationSchema, configSchema, detectionSchema } from './schema.js';
import { keysAt, kindsAround, schemasAt } from './schema-keys.js';

/**
 * Resolves what a config file says and what the command line adds to it.
 *
 * @param input what the file exports
 * @param overrides `key.path=value`, each
 * @param source names the config in messages
 * @throws UserError that names every unknown key and impossible value
 */
export function parseConfig(input: unknown, overrides: readonly string[], source: string): Config {
  const changed = applyOverrides(input, overrides);
  const result = configSchema.safeParse(changed);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => describe(issue, taskSchema(changed)));
  throw new UserError(`${source}: ${problems.join('\n  ')}`);
}

/** What a config of its task may hold: a detector's, where it doesn't say which. */
function taskSchema(config: unknown): typeof detectionSchema | typeof classificationSchema {
  return isTree(config) && config.task === 'classification' ? classificationSchema : detectionSchema;
}

function describe(issue: z.core.$ZodIssue, schema: z.core.$ZodType): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...issue.path, key], schema));
  }
  return [`${issue.path.join('.') || 'the config'}: ${issue.message}`];
}

function unknownKey(path: readonly PropertyKey[], schema: z.core.$ZodType): string {
  const parent = path.slice(0, -1);
  const known = keysAt(schema, parent);
  const name = path.join('.');
  const kinds = kindsAround(schema, parent);
  if (kinds && known.includes(String(path.at(-1)))) {
    return `${name} goes with another ${[...kinds.path, kinds.discriminator].join('.')}`;
  }
  if (schemasAt(configSchema, path).length > 0) return `${name} goes with another task`;
  const guess = nearestName(String(path.at(-1)), known);
  if (guess) return `unknown key ${name}; did you mean ${[...parent, guess].join('.')}?`;
  return `unknown key ${name}; there are ${known.join(', ') || 'no keys here'}`;
}

type Tree = { [key: string]: unknown };

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function applyOverrides(input: unknown, overrides: readonly string[]): unknown {
  if (!isTree(input) || overrides.length === 0) return input;
  const result: Tree = structuredClone(input);
  const paths = new Set<string>();
  for (const override of overrides) {
    const equals = override.indexOf('=');
    if (equals < 1) {
      throw new UserError(`${override}: expected key.path=value, such as training.steps=500`);
    }
    const path = override.slice(0, equals).split('.');
    paths.add(path.join('.'));
    const leaf = leafSchema(path, taskSchema(result));
    setValue(result, path, readValue(override.slice(equals + 1), leaf));
  }
  for (const path of paths) dropKeysOfOtherKinds(result, path.split('.'), paths, taskSchema(result));
  // A size given on the command line is the one that is meant: the file's others don't come with it.
  for (const [size, ...others] of sizeKeys) {
    if (!paths.has(`input.${size}`) || !isTree(result.input)) continue;
    for (const key of others) if (!paths.has(`input.${key}`)) delete result.input[key];
  }
  return result;
}

/** The keys of `input` that give a size, each with those that depend on it. */
const sizeKeys = [
  ['shorterSide', 'longerSide', 'multiScale'],
  ['size', 'resize'],
] as const;

/** Where the command line chooses another kind of something, such as `data.format`, the file's keys of its own kind go. */
function dropKeysOfOtherKinds(
  tree: Tree,
  path: readonly string[],
  given: ReadonlySet<string>,
  whole: z.core.$ZodType,
): void {
  const parent = path.slice(0, -1);
  const kinds = kindsAround(whole, parent);
  if (kinds?.path.length !== parent.length || kinds.discriminator !== path.at(-1)) return;
  let value: unknown = tree;
  for (const key of parent) value = isTree(value) ? value[key] : undefined;
  const schema = isTree(value) && kinds.schemaOf(value[kinds.discriminator]);
  if (schema) dropUnknownKeys(value, parent, [], { schema, whole }, given);
}

/**
 * @param below the path of `tree` below `parent`, in whose `schema` its keys should be
 * @param schemas `whole`: of all the config, to tell the keys of other kinds from misspelled ones
 */
function dropUnknownKeys(
  tree: unknown,
  parent: readonly string[],
  below: readonly string[],
  schemas: { readonly schema: z.core.$ZodType; readonly whole: z.core.$ZodType },
  given: ReadonlySet<string>,
): void {
  if (!isTree(tree)) return;
  const known = keysAt(schemas.schema, below);
  const elsewhere = keysAt(schemas.whole, [...parent, ...below]);
  for (const key of Object.keys(tree)) {
    const path = [...parent, ...below, key].join('.');
    const wanted = [...given].some((other) => other === path || other.startsWith(`${path}.`));
    if (known.includes(key)) dropUnknownKeys(tree[key], parent, [...below, key], schemas, given);
    else if (elsewhere.includes(key) && !wanted) delete tree[key];
  }
}

function leafSchema(path: readonly string[], whole: z.core.$ZodType): z.core.$ZodType {
  for (let depth = 1; depth <= path.length; depth++) {
    if (schemasAt(whole, path.slice(0, depth)).length === 0) {
      throw new UserError(unknownKey(path.slice(0, depth), whole));
    }
  }
  const [schema = whole] = schemasAt(whole, path);
  return schema;
}

/** A value as the command line writes it: lists with commas, texts without quotes, anything else as JSON. */
function readValue(text: string, schema: z.core.$ZodType): unknown {
  if (!text.startsWith('[') && (schema instanceof z.ZodArray || schema instanceof z.ZodTuple)) {
    const element = schema instanceof z.ZodArray ? schema.element : schema.def.items[0];
    return text === '' ? [] : text.split(',').map((item) => readValue(item.trim(), element));
  }
  if (text === 'undefined') return undefined;
  if (schema instanceof z.ZodString) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function setValue(tree: Tree, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  const child = tree[key];
  const subtree: Tree = isTree(child) ? child : {};
  tree[key] = subtree;
  setValue(subtree, rest, value);
}
