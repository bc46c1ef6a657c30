import { z } from 'zod';
import { UserError } from '../errors.js';
import { keysAt, kindsAround, schemasAt } from './keys.js';
import type { ConfigInput } from './schema.js';

/** Some of the keys of an object, at any depth. */
export type DeepPartial<T> = T extends readonly unknown[]
  ? Readonly<T>
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<T[K]> | undefined }
    : T;

/**
 * Changes to a config: `key.path=value` texts, as on a command line, or an object with the keys that change. A key that
 * is set to `undefined` gets its default.
 */
export type ConfigOverrides = readonly string[] | DeepPartial<ConfigInput>;

/** Object of a config file before it is checked. */
export type Tree = { [key: string]: unknown };

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Schema of a config and the message about a key that it lacks. */
export interface OverrideRules {
  /** Schema of the config's task. */
  schemaOf(config: unknown): z.core.$ZodType;
  describeUnknown(path: readonly string[], schema: z.core.$ZodType): string;
}

/** One change: a value for the key at a path. */
interface Change {
  readonly path: readonly string[];
  /** A text of the command line is read by the key's schema. */
  readonly value: { readonly text: string } | { readonly data: unknown };
}

/**
 * A config with its overrides; the input stays as it is. Overriding a discriminator, such as `data.format`, drops the
 * keys that belong to the previous kind.
 *
 * @throws UserError for a text that isn't `key.path=value`, and for an unknown key
 */
export function applyOverrides(input: unknown, overrides: ConfigOverrides, rules: OverrideRules): unknown {
  const changes = isTextList(overrides) ? overrides.map(parseChange) : flatten(overrides);
  if (!isTree(input) || changes.length === 0) return input;
  const result: Tree = structuredClone(input);
  for (const { path, value } of changes) {
    const leaf = leafSchema(path, rules.schemaOf(result), rules);
    setValue(result, path, 'text' in value ? readValue(value.text, leaf) : value.data);
  }
  const paths = new Set(changes.map(({ path }) => path.join('.')));
  for (const path of paths) dropKeysOfOtherKinds(result, path.split('.'), paths, rules.schemaOf(result));
  // An overridden size replaces the file's other sizes.
  for (const [size, ...others] of sizeKeys) {
    if (!paths.has(`input.${size}`) || !isTree(result.input)) continue;
    for (const key of others) if (!paths.has(`input.${key}`)) delete result.input[key];
  }
  return result;
}

/** Sizes under `input`, each followed by the keys that depend on it. */
const sizeKeys = [
  ['shorterSide', 'longerSide', 'multiScale'],
  ['size', 'resize'],
] as const;

function isTextList(overrides: ConfigOverrides): overrides is readonly string[] {
  return Array.isArray(overrides);
}

function parseChange(override: string): Change {
  const equals = override.indexOf('=');
  if (equals < 1) {
    throw new UserError(`${override}: expected key.path=value, such as training.steps=500`);
  }
  return { path: override.slice(0, equals).split('.'), value: { text: override.slice(equals + 1) } };
}

/** Leaves of an object; arrays and empty objects are leaves. */
function flatten(tree: unknown, parent: readonly string[] = []): Change[] {
  if (!isTree(tree)) return [{ path: parent, value: { data: tree } }];
  return Object.entries(tree).flatMap(([key, value]) => flatten(value, [...parent, key]));
}

function leafSchema(
  path: readonly string[],
  whole: z.core.$ZodType,
  { describeUnknown }: OverrideRules,
): z.core.$ZodType {
  for (let depth = 1; depth <= path.length; depth++) {
    if (schemasAt(whole, path.slice(0, depth)).length === 0) {
      throw new UserError(describeUnknown(path.slice(0, depth), whole));
    }
  }
  const [schema = whole] = schemasAt(whole, path);
  return schema;
}

/** Value of a text: lists are separated by commas, texts have no quotes, everything else is JSON. */
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

/** Drops the file's keys of the previous kind where the discriminator of an object is overridden. */
function dropKeysOfOtherKinds(
  tree: Tree,
  path: readonly string[],
  overridden: ReadonlySet<string>,
  whole: z.core.$ZodType,
): void {
  const parent = path.slice(0, -1);
  const kinds = kindsAround(whole, parent);
  if (kinds?.path.length !== parent.length || kinds.discriminator !== path.at(-1)) return;
  let value: unknown = tree;
  for (const key of parent) value = isTree(value) ? value[key] : undefined;
  const schema = isTree(value) && kinds.schemaOf(value[kinds.discriminator]);
  if (schema) dropKeysOutside({ schema, whole, parent, overridden }, value, []);
}

/** Schema that the keys of a subtree should have, and what is needed to tell keys of other kinds from misspelled ones. */
interface KindOfSubtree {
  readonly schema: z.core.$ZodType;
  /** Schema of the whole config. */
  readonly whole: z.core.$ZodType;
  /** Path of the subtree. */
  readonly parent: readonly string[];
  readonly overridden: ReadonlySet<string>;
}

/** @param below path of `tree` below the kind's parent */
function dropKeysOutside(kind: KindOfSubtree, tree: unknown, below: readonly string[]): void {
  if (!isTree(tree)) return;
  const { schema, whole, parent, overridden } = kind;
  const known = keysAt(schema, below);
  const elsewhere = keysAt(whole, [...parent, ...below]);
  for (const key of Object.keys(tree)) {
    const path = [...parent, ...below, key].join('.');
    const wanted = [...overridden].some((other) => other === path || other.startsWith(`${path}.`));
    if (known.includes(key)) dropKeysOutside(kind, tree[key], [...below, key]);
    else if (elsewhere.includes(key) && !wanted) delete tree[key];
  }
}
