import { access, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ConfigOverrides } from '../config/overrides.js';
import { parseSavedConfig } from '../config/parse.js';
import type { Config } from '../config/schema.js';
import { messageOf, UserError } from '../errors.js';
import { errorCode, writeTextAtomically } from '../files.js';

/** Files in the folder of a run. */
export interface RunFolder {
  readonly folder: string;
  readonly config: string;
  readonly log: string;
  readonly tensorboard: string;
  /** Checkpoint that resuming needs. */
  readonly last: string;
  readonly best: string;
  /** Best weights so far; the last ones where nothing is validated. */
  readonly weights: string;
  readonly metrics: string;
  readonly pictures: string;
  readonly report: string;
}

export function runFolder(folder: string): RunFolder {
  const inside = (...parts: string[]): string => path.join(folder, ...parts);
  return {
    folder,
    config: inside('config.json'),
    log: inside('log.jsonl'),
    tensorboard: inside('tensorboard'),
    last: inside('checkpoints', 'last.safetensors'),
    best: inside('checkpoints', 'best.safetensors'),
    weights: inside('weights.safetensors'),
    metrics: inside('metrics.json'),
    pictures: inside('pictures'),
    report: inside('report.html'),
  };
}

export async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}

/** Folder of new runs without a folder of their own. */
const runsFolder = 'runs';

/**
 * Chooses the folder of a new run; {@link writeConfig} then makes it.
 *
 * @param name name of the config
 * @param out folder, `runs/<name>-<date>` by default
 * @throws UserError when it holds a run already
 */
export async function newRun(name: string, out: string | undefined): Promise<RunFolder> {
  const run = runFolder(out ?? path.join(runsFolder, `${name}-${timestamp(new Date())}`));
  if (await exists(run.config)) {
    throw new UserError(`${run.folder}: holds a run; continue it with --resume or choose another --out`);
  }
  return run;
}

/**
 * Writes a run's config into its folder, which is made when it isn't there.
 *
 * @throws UserError when the folder can't be written
 */
export async function writeConfig(run: RunFolder, config: Config): Promise<void> {
  await writeTextAtomically(run.config, `${JSON.stringify(config, null, 2)}\n`);
}

/** Name of a run: its folder's. */
export function nameOfRun({ folder }: RunFolder): string {
  return path.basename(path.resolve(folder));
}

/** Date that {@link timestamp} appends to a name. */
const datedName = /-\d{4}-\d{2}-\d{2}-\d{6}$/;

/** 2026-01-31-235959 in local time, so that names sort by date. */
function timestamp(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}

/**
 * Finds the run to resume: the one in `out`, else the newest of the config's name.
 *
 * @returns undefined where there is none
 */
export async function findRun(name: string, out: string | undefined): Promise<RunFolder | undefined> {
  if (out !== undefined) return (await exists(runFolder(out).config)) ? runFolder(out) : undefined;
  const ofConfig = (await folderNames(runsFolder)).filter(
    (folder) => datedName.test(folder) && folder.replace(datedName, '') === name,
  );
  for (const folder of ofConfig.sort().reverse()) {
    const run = runFolder(path.join(runsFolder, folder));
    if (await exists(run.config)) return run;
  }
  return undefined;
}

async function folderNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw new UserError(`${folder}: can't be read: ${messageOf(error)}`);
  }
}

/** Reads the config that a run was started with, and applies overrides. */
export async function readRunConfig(run: RunFolder, overrides: ConfigOverrides = []): Promise<Config> {
  let text: string;
  try {
    text = await readFile(run.config, 'utf8');
  } catch (error) {
    throw new UserError(`${run.config}: can't be read: ${messageOf(error)}; is this a run's folder?`);
  }
  try {
    return parseSavedConfig(JSON.parse(text), overrides, run.config);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${run.config}: is damaged: ${messageOf(error)}`);
  }
}

/** Keys that may change when a run is resumed. */
const changeable = [
  'threads',
  'dataWorkers',
  'training.steps',
  'training.checkpointEvery',
  'training.validateEvery',
];

/** Differences between two configs, a phrase for each key. */
export function configDifferences(before: Config, after: Config): Map<string, string> {
  const old = flatten(before);
  const now = flatten(after);
  const keys = [...new Set([...old.keys(), ...now.keys()])].filter((key) => old.get(key) !== now.get(key));
  return new Map(
    keys.map((key) => [key, `${key} was ${old.get(key) ?? 'unset'} and is now ${now.get(key) ?? 'unset'}`]),
  );
}

/**
 * Requires that a run is resumed with the model, the data and the recipe that it was started with.
 *
 * @throws UserError that names what differs
 */
export function requireSameRun(run: RunFolder, started: Config, now: Config): void {
  const refused = [...configDifferences(started, now)].flatMap(([key, difference]) =>
    changeable.includes(key) ? [] : [difference],
  );
  if (refused.length === 0) return;
  throw new UserError(
    `${run.folder}: can't be resumed with another config: ${refused.join('; ')}; ` +
      `only ${changeable.join(', ')} may change; for anything else start a new run`,
  );
}

function flatten(value: unknown, prefix = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return new Map(value === undefined ? [] : [[prefix, JSON.stringify(value)]]);
  }
  return new Map(
    Object.entries(value).flatMap(([key, child]) => [
      ...flatten(child, prefix === '' ? key : `${prefix}.${key}`),
    ]),
  );
}
