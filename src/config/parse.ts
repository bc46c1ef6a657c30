import { z } from 'zod';
import { UserError } from '../errors.js';
import { type Config, configSchema } from './schema.js';
import { keysAt, kindsAround, nearest, schemasAt } from './schema-keys.js';

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
  const problems = result.error.issues.flatMap(describe);
  throw new UserError(`${source}: ${problems.join('\n  ')}`);
}

function describe(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...issue.path, key]));
  }
  return [`${issue.path.join('.') || 'the config'}: ${issue.message}`];
}

function unknownKey(path: readonly PropertyKey[]): string {
  const parent = path.slice(0, -1);
  const known = keysAt(configSchema, parent);
  const name = path.join('.');
  const kinds = kindsAround(configSchema, parent);
  if (kinds && known.includes(String(path.at(-1)))) {
    return `${name} goes with another ${[...kinds.path, kinds.discriminator].join('.')}`;
  }
  const guess = nearest(String(path.at(-1)), known);
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
    setValue(result, path, readValue(override.slice(equals + 1), leafSchema(path)));
  }
  for (const path of paths) dropKeysOfOtherKinds(result, path.split('.'), paths);
  // A size given on the command line is the one that is meant: the file's others don't come with it.
  if (paths.has('input.shorterSide') && isTree(result.input)) {
    for (const key of ['longerSide', 'multiScale']) {
      if (!paths.has(`input.${key}`)) delete result.input[key];
    }
  }
  return result;
}

/** Where the command line chooses another kind of something, such as `data.format`, the file's keys of its own kind go. */
function dropKeysOfOtherKinds(tree: Tree, path: readonly string[], given: ReadonlySet<string>): void {
  const parent = path.slice(0, -1);
  const kinds = kindsAround(configSchema, parent);
  if (kinds?.path.length !== parent.length || kinds.discriminator !== path.at(-1)) return;
  let value: unknown = tree;
  for (const key of parent) value = isTree(value) ? value[key] : undefined;
  const schema = isTree(value) && kinds.schemaOf(value[kinds.discriminator]);
  if (schema) dropUnknownKeys(value, parent, [], schema, given);
}

/** @param below the path of `tree` below `parent`, in whose `schema` its keys should be */
function dropUnknownKeys(
  tree: unknown,
  parent: readonly string[],
  below: readonly string[],
  schema: z.core.$ZodType,
  given: ReadonlySet<string>,
): void {
  if (!isTree(tree)) return;
  const known = keysAt(schema, below);
  const elsewhere = keysAt(configSchema, [...parent, ...below]);
  for (const key of Object.keys(tree)) {
    const path = [...parent, ...below, key].join('.');
    const wanted = [...given].some((other) => other === path || other.startsWith(`${path}.`));
    if (known.includes(key)) dropUnknownKeys(tree[key], parent, [...below, key], schema, given);
    else if (elsewhere.includes(key) && !wanted) delete tree[key];
  }
}

function leafSchema(path: readonly string[]): z.core.$ZodType {
  for (let depth = 1; depth <= path.length; depth++) {
    if (schemasAt(configSchema, path.slice(0, depth)).length === 0) {
      throw new UserError(unknownKey(path.slice(0, depth)));
    }
  }
  const [schema = configSchema] = schemasAt(configSchema, path);
  return schema;
}

/** A value as the command line writes it: lists with commas, texts without quotes, anything else as JSON. */
function readValue(text: string, schema: z.core.$ZodType): unknown {
  if (schema instanceof z.ZodArray && !text.startsWith('[')) {
    return text === '' ? [] : text.split(',').map((item) => readValue(item.trim(), schema.element));
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
