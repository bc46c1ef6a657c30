import { statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import { buildAddons, isHeader } from './addon.js';
import { addonNames, bindingName, engineCache, engineName, isComplete, manifestName } from './cache.js';
import { downloadWheel, noRoom } from './download.js';
import { otherRoute } from './locate.js';
import { runProcess } from './processes.js';
import { type Device, isKept, type Release } from './releases.js';
import { findTools, type Tool } from './tools.js';
import { unpack } from './unpack.js';

/** The steps of an installation, in their order. Downloading and unpacking count bytes, building counts nothing. */
export type Phase = 'download' | 'unpack' | 'build';

/** How far an installation is: `done` of `total` bytes in a phase that counts them. */
export interface Progress {
  readonly phase: Phase;
  readonly done: number;
  readonly total: number;
}

export interface InstallOptions {
  /** The folder for engines; the user's own by default. */
  readonly cache?: string;
  /** Ends the installation and removes what it had done so far. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Makes the addons in the engine's folder; for tests, which have no libtensorflow to build it against. */
  readonly build?: typeof buildAndTry;
}

/** An installed engine. */
export interface Installation {
  readonly folder: string;
  /** Whether it was there before. */
  readonly alreadyThere: boolean;
}

/**
 * Provides an engine in the cache: downloads its wheels, unpacks libtensorflow, builds the addons and tries them.
 *
 * Everything is made in a folder of its own and renamed when complete, so an engine is there as a whole or not at all,
 * whatever interrupts this and however many do it at once. What an interrupted one left behind is removed.
 *
 * @throws UserError when something is missing on this machine, with what to do about it.
 */
export async function installEngine(release: Release, options: InstallOptions = {}): Promise<Installation> {
  const { cache = engineCache(), signal, onProgress, build = buildAndTry } = options;
  const folder = path.join(cache, engineName(release));
  if (isComplete(folder)) return { folder, alreadyThere: true };

  const tools = requireTools(await findTools(), release.device);
  const partial = await startPartial(cache, path.basename(folder));
  try {
    await requireRoom(cache, release);
    const sizes = await fetchLibraries(release, partial, { python: tools.python, signal, onProgress });
    onProgress?.({ phase: 'build', done: 0, total: 1 });
    await build(release, partial, path.join(partial, workplaceName), { ...tools, signal });
    onProgress?.({ phase: 'build', done: 1, total: 1 });
    await rm(path.join(partial, workplaceName), { recursive: true, force: true });
    const addons = addonNames.map((name) => [name, statSync(path.join(partial, name)).size] as const);
    const manifest = Object.fromEntries([...sizes, ...addons]);
    await writeFile(path.join(partial, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
    await putInPlace(partial, folder);
    return { folder, alreadyThere: false };
  } catch (error) {
    throw isNoRoom(error) ? noRoom('install the engine') : error;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

const workplaceName = 'build';

function requireTools(tools: readonly Tool[], device: Device) {
  const command = (name: Tool['name']) => tools.find((tool) => tool.name === name)?.found?.command;
  const [python, pip, compiler, make] = (['Python', 'pip', 'C++ compiler', 'make'] as const).map(command);
  if (python && pip && compiler && make) return { python, compiler, make };
  const missing = tools.filter((tool) => tool.found === undefined);
  throw new UserError(
    `Setting up the engine needs ${missing.map((tool) => tool.name).join(', ')}:\n` +
      missing.map((tool) => `  ${tool.name}: ${tool.remedy}`).join('\n') +
      `\nOr do without them: ${otherRoute(device)}`,
  );
}

async function startPartial(cache: string, name: string): Promise<string> {
  try {
    await mkdir(cache, { recursive: true });
    await removeLeftovers(cache);
    return await mkdtemp(path.join(cache, `${name}.partial-${hostname()}-${process.pid}-`));
  } catch (error) {
    if (isNoRoom(error)) throw noRoom('install the engine');
    throw new UserError(
      `Can't write to the engine's cache: ${messageOf(error)}. Make it writable, or set ATTO_CACHE to another folder.`,
    );
  }
}

/** Removes the partial folders of processes of this machine that are no more. */
async function removeLeftovers(cache: string): Promise<void> {
  const names = await readdir(cache);
  const mine = `.partial-${hostname()}-`;
  const dead = names.filter((name) => {
    const pid = Number(name.split(mine)[1]?.split('-')[0]);
    return Number.isInteger(pid) && !isRunning(pid);
  });
  await Promise.all(dead.map((name) => rm(path.join(cache, name), { recursive: true, force: true })));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process of somebody else is running, too.
    return codeOf(error) === 'EPERM';
  }
}

async function requireRoom(cache: string, release: Release): Promise<void> {
  const largestWheel = Math.max(...release.wheels.map((wheel) => wheel.bytes));
  const needed = release.unpackedBytes + largestWheel;
  const { bavail, bsize } = await statfs(cache);
  if (bavail * bsize < needed) {
    throw noRoom(
      `install the engine in ${cache}: it takes ${megabytes(needed)} MB, ${megabytes(bavail * bsize)} are free`,
    );
  }
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);

/** Downloads and unpacks the wheels, one after the other, and gives the sizes of the libraries unpacked. */
async function fetchLibraries(
  release: Release,
  partial: string,
  options: {
    readonly python: string;
    readonly signal: AbortSignal | undefined;
    readonly onProgress: InstallOptions['onProgress'];
  },
): Promise<ReadonlyMap<string, number>> {
  const { python, signal, onProgress } = options;
  const downloads = path.join(partial, 'download');
  const totals = {
    download: release.wheels.reduce((sum, wheel) => sum + wheel.bytes, 0),
    unpack: release.unpackedBytes,
  };
  const done = { download: 0, unpack: 0 };
  const report = (phase: keyof typeof done, bytes: number) =>
    onProgress?.({ phase, done: bytes, total: totals[phase] });
  const sizes = new Map<string, number>();

  for (const wheel of release.wheels) {
    const file = await downloadWheel(wheel, downloads, {
      python,
      signal,
      onBytes: (bytes) => report('download', done.download + bytes),
    });
    done.download += wheel.bytes;
    const target = (name: string) =>
      isKept(release, name) ? name : isHeader(name) ? path.join(workplaceName, name) : undefined;
    const written = await unpack(file, partial, target, {
      signal,
      onBytes: (bytes) => {
        done.unpack += bytes;
        report('unpack', done.unpack);
      },
    });
    await rm(downloads, { recursive: true });
    for (const [name, bytes] of written) if (isKept(release, name)) sizes.set(name, bytes);
  }
  return sizes;
}

/** Builds the addons and runs one operation with it, in a process of its own. */
async function buildAndTry(...args: Parameters<typeof buildAddons>): Promise<void> {
  await buildAddons(...args);
  const [, folder, , { signal }] = args;
  const { ok, output } = await runProcess(
    process.execPath,
    ['-e', tryAddon, path.join(folder, bindingName)],
    {
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
      signal,
    },
  );
  if (!ok) throw new UserError(`The engine was built, but doesn't work on this machine:\n${output.trim()}`);
}

const tryAddon = `
  const addon = require(process.argv[1]);
  const x = addon.createTensor([2, 2], addon.TF_FLOAT, Float32Array.of(1, 2, 3, 4));
  const type = { name: 'T', type: addon.TF_ATTR_TYPE, value: addon.TF_FLOAT };
  const [product] = addon.executeOp('MatMul', [type], [x, x], 1);
  const values = addon.tensorDataSync(product.id);
  if (values.join() !== '7,10,15,22') throw new Error('MatMul gave ' + values.join() + ' instead of 7,10,15,22');
`;

/** Renames the finished folder. Another process that was faster wins; a damaged engine in its place is replaced. */
async function putInPlace(partial: string, folder: string): Promise<void> {
  try {
    await rename(partial, folder);
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY', 'EPERM'].includes(codeOf(error) ?? '')) throw error;
    if (isComplete(folder)) return;
    await rename(folder, `${partial}-damaged`);
    await rename(partial, folder);
    await rm(`${partial}-damaged`, { recursive: true, force: true });
  }
}

function isNoRoom(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
