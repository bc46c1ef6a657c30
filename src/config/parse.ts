import type { z } from 'zod';
import { UserError } from '../errors.js';
import { nearestName } from '../nearest-name.js';
import { keysAt, kindsAround, schemasAt } from './keys.js';
import { applyOverrides, type ConfigOverrides, isTree } from './overrides.js';
import { type Config, configSchemas } from './schema.js';

/**
 * Resolves a config: the content of a config file, its overrides and the defaults. A file that was written for an earlier
 * version is read with today's names of its keys.
 *
 * @param input default export of the file
 * @param source name of the config in messages
 * @throws UserError that names every unknown key and impossible value
 */
export function parseConfig(input: unknown, overrides: ConfigOverrides, source: string): Config {
  const changed = applyOverrides(withTodaysNames(input), overrides, {
    schemaOf: taskSchema,
    describeUnknown,
  });
  const result = configSchemas().any.safeParse(changed);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => describeIssue(issue, taskSchema(changed)));
  throw new UserError(`${source}: ${problems.join('\n  ')}`);
}

/**
 * Resolves a config that atto wrote, in a run's folder or a weights file, as {@link parseConfig} does. An earlier version
 * left out images without objects, so that a run of it goes on with the same images.
 */
export function parseSavedConfig(input: unknown, overrides: ConfigOverrides, source: string): Config {
  if (!isTree(input) || !isTree(input.data) || 'emptyImages' in input.data) {
    return parseConfig(input, overrides, source);
  }
  const format = kindsAround(taskSchema(input), ['data'])?.schemaOf(input.data.format);
  const hasKey = format !== undefined && keysAt(format, []).includes('emptyImages');
  const saved = hasKey ? { ...input, data: { ...input.data, emptyImages: 0 } } : input;
  return parseConfig(saved, overrides, source);
}

/** The content of a config with today's names of its keys. */
function withTodaysNames(input: unknown, path = ''): unknown {
  if (!isTree(input)) return input;
  const entries = Object.entries(input).map(([key, value]): [string, unknown] => {
    const place = `${path}${key}`;
    return [renamedKeys.get(place) ?? key, withTodaysNames(value, `${place}.`)];
  });
  return Object.fromEntries(entries);
}

/** Keys that had another name: the former path, and the key's name today. */
const renamedKeys: ReadonlyMap<string, string> = new Map([
  ...['model.rpn', 'model.box'].flatMap((part): [string, string][] => [
    [`${part}.batchSize`, 'batchSizePerImage'],
    [`${part}.positiveIou`, 'foregroundIou'],
    [`${part}.negativeIou`, 'backgroundIou'],
    [`${part}.positiveFraction`, 'foregroundFraction'],
  ]),
  ['input.colourJitter', 'colorJitter'],
]);

/** Schema of a config's task: a detector's, where the config doesn't say which. */
function taskSchema(config: unknown): z.core.$ZodType {
  const task = isTree(config) ? config.task : undefined;
  const { any, detection } = configSchemas();
  return kindsAround(any, [])?.schemaOf(task) ?? detection;
}

function describeIssue(issue: z.core.$ZodIssue, schema: z.core.$ZodType): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => describeUnknown([...issue.path, key], schema));
  }
  return [`${issue.path.join('.') || 'the config'}: ${issue.message}`];
}

/** Message about a key that a schema lacks. */
function describeUnknown(path: readonly PropertyKey[], schema: z.core.$ZodType): string {
  const parent = path.slice(0, -1);
  const known = keysAt(schema, parent);
  const name = path.join('.');
  const renamed = renamedKeys.get(name);
  if (renamed) return `${name} is called ${[...parent, renamed].join('.')} now`;
  const kinds = kindsAround(schema, parent);
  if (kinds && known.includes(String(path.at(-1)))) {
    return `${name} goes with another ${[...kinds.path, kinds.discriminator].join('.')}`;
  }
  if (schemasAt(configSchemas().any, path).length > 0) return `${name} goes with another task`;
  const guess = nearestName(String(path.at(-1)), known);
  if (guess) return `unknown key ${name}; did you mean ${[...parent, guess].join('.')}?`;
  return `unknown key ${name}; there are ${known.join(', ') || 'no keys here'}`;
}
