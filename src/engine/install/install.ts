import { createWriteStream } from 'node:fs';
import { mkdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { UserError } from '../../errors.js';
import { buildAddons, isHeader } from './addon.js';
import {
  addonNames,
  bindingName,
  engineCache,
  engineName,
  isComplete,
  kernelsName,
  manifestName,
} from './cache.js';
import { downloadWheel } from './download.js';
import { otherRoute } from './locate.js';
import { runProcess } from './processes.js';
import { type Device, isKept, type Release } from './releases.js';
import { fillFolder, noRoom } from './staging.js';
import { findTools, missingTools, type Tool } from './tools.js';

/** The steps of an installation, in their order. */
type InstallPhase = 'download' | 'unpack' | 'build';

/** Progress of an installation: `done` of `total` bytes; building counts 0 of 1, then 1 of 1. */
export interface InstallProgress {
  readonly phase: InstallPhase;
  readonly done: number;
  readonly total: number;
}

export interface InstallOptions {
  /** The folder for engines; the user's own by default. */
  readonly cache?: string;
  /** Ends the installation and removes what it had done so far. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: InstallProgress) => void;
  /** Makes the addons in the engine's folder; for tests, which have no libtensorflow to build them against. */
  readonly build?: typeof buildAndTry;
}

/** An installed engine. */
export interface Installation {
  readonly folder: string;
  /** Whether it was there before. */
  readonly alreadyThere: boolean;
}

/**
 * Provides an engine in the cache: downloads its wheels, unpacks libtensorflow, builds the addons and tries them. An
 * engine is there as a whole or not at all; what is there and whole is left as it is.
 *
 * @throws UserError when something is missing on this machine, with what to do about it.
 */
export async function installEngine(release: Release, options: InstallOptions = {}): Promise<Installation> {
  const { cache = engineCache(), signal, onProgress, build = buildAndTry } = options;
  const folder = path.join(cache, engineName(release));
  if (isComplete(folder)) return { folder, alreadyThere: true };

  const tools = requireTools(await findTools(), release.device);
  await fillFolder(folder, async (partial) => {
    await requireRoom(cache, release);
    const work = { release, partial, signal, onProgress };
    const wheels = await downloadAll(work, tools.python);
    const sizes = await unpackAll(work, wheels);
    onProgress?.({ phase: 'build', done: 0, total: 1 });
    const workplace = path.join(partial, workplaceName);
    await build(release, partial, workplace, { ...tools, signal });
    await rm(workplace, { recursive: true, force: true });
    for (const name of addonNames) sizes.set(name, (await stat(path.join(partial, name))).size);
    const manifest = JSON.stringify(Object.fromEntries(sizes), null, 2);
    await writeFile(path.join(partial, manifestName), `${manifest}\n`);
    onProgress?.({ phase: 'build', done: 1, total: 1 });
  });
  return { folder, alreadyThere: false };
}

/** Folder of headers and sources while the addons are built. */
const workplaceName = 'build';

interface Work {
  readonly release: Release;
  readonly partial: string;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: InstallOptions['onProgress'];
}

function requireTools(tools: readonly Tool[], device: Device) {
  const command = (name: Tool['name']) => tools.find((tool) => tool.name === name)?.found?.command;
  const [python, pip, compiler, make] = (['Python', 'pip', 'C++ compiler', 'make'] as const).map(command);
  if (python && pip && compiler && make) return { python, compiler, make };
  throw new UserError(
    'Setting up the engine needs Python 3 with pip, a C++ compiler and make.\n' +
      `${missingTools(tools).join('\n')}\nOr do without them: ${otherRoute(device)}`,
  );
}

async function requireRoom(cache: string, { wheels, unpackedBytes }: Release): Promise<void> {
  const needed = totalBytes(wheels) + unpackedBytes;
  const { bavail, bsize } = await statfs(cache);
  const free = bavail * bsize;
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  if (free < needed) throw noRoom(`: it takes ${megabytes(needed)}, ${megabytes(free)} are free in ${cache}`);
}

async function downloadAll(
  { release, partial, signal, onProgress }: Work,
  python: string,
): Promise<string[]> {
  const total = totalBytes(release.wheels);
  const files: string[] = [];
  let before = 0;
  for (const [index, wheel] of release.wheels.entries()) {
    const report = (bytes: number) => onProgress?.({ phase: 'download', done: before + bytes, total });
    const folder = path.join(partial, 'download', String(index));
    files.push(await downloadWheel(wheel, folder, { python, signal, onBytes: report }));
    before += wheel.bytes;
  }
  return files;
}

const totalBytes = (wheels: Release['wheels']) => wheels.reduce((sum, wheel) => sum + wheel.bytes, 0);

/** Unpacks and removes the wheels, and gives the sizes of the libraries unpacked. */
async function unpackAll({ release, partial, signal, onProgress }: Work, wheels: readonly string[]) {
  const target = (name: string) =>
    isKept(release, name) ? name : isHeader(name) ? path.join(workplaceName, name) : undefined;
  let done = 0;
  const onBytes = (bytes: number) => {
    // The headers, which aren't kept, are unpacked, too.
    done = Math.min(done + bytes, release.unpackedBytes);
    onProgress?.({ phase: 'unpack', done, total: release.unpackedBytes });
  };
  const sizes = new Map<string, number>();
  for (const wheel of wheels) {
    const written = await unpack(wheel, partial, target, { signal, onBytes });
    for (const [name, bytes] of written) if (isKept(release, name)) sizes.set(name, bytes);
    await rm(wheel);
  }
  await rm(path.join(partial, 'download'), { recursive: true });
  return sizes;
}

/**
 * Unpacks some files of a zip archive, which a wheel is.
 *
 * @param target gives where in `folder` a file of the archive goes, or undefined to leave it out.
 * @param onBytes is told the size of each piece as it is written.
 * @returns the sizes of the files written, by their paths in `folder`.
 */
async function unpack(
  archive: string,
  folder: string,
  target: (name: string) => string | undefined,
  options: { readonly signal?: AbortSignal | undefined; readonly onBytes?: (bytes: number) => void } = {},
): Promise<ReadonlyMap<string, number>> {
  const { signal, onBytes } = options;
  const sizes = new Map<string, number>();
  const zip = await openPromise(archive, { autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      // A folder has an entry of its own, whose name ends in a slash.
      const place = entry.fileName.endsWith('/') ? undefined : target(entry.fileName);
      if (place === undefined) continue;
      const file = path.join(folder, place);
      await mkdir(path.dirname(file), { recursive: true });
      const counter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          onBytes?.(chunk.length);
          done(null, chunk);
        },
      });
      const mode = (entry.externalFileAttributes >>> 16) & 0o777 || 0o644;
      const write = createWriteStream(file, { mode });
      await pipeline(await zip.openReadStreamPromise(entry), counter, write, { signal });
      sizes.set(place, entry.uncompressedSize);
    }
  } finally {
    zip.close();
  }
  return sizes;
}

/** Builds the addons, registers our own kernels and runs one operation, in a process of its own. */
async function buildAndTry(...args: Parameters<typeof buildAddons>): Promise<void> {
  await buildAddons(...args);
  const [, folder, , { signal }] = args;
  const { ok, output } = await runProcess(
    process.execPath,
    ['-e', tryAddons, path.join(folder, bindingName), path.join(folder, kernelsName)],
    { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' }, signal },
  );
  if (!ok) throw new UserError(`The engine was built, but doesn't work on this machine:\n${output.trim()}`);
}

const tryAddons = `
  const binding = require(process.argv[1]);
  const kernels = require(process.argv[2]);
  kernels.register(1, kernels.instructions[0]);
  const x = binding.createTensor([2, 2], binding.TF_FLOAT, Float32Array.of(1, 2, 3, 4));
  const type = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
  const [product] = binding.executeOp('MatMul', [type], [x, x], 1);
  const values = binding.tensorDataSync(product.id);
  if (values.join() !== '7,10,15,22') throw new Error('MatMul gave ' + values.join() + ' instead of 7,10,15,22');
`;
