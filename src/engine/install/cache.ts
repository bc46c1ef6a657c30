import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Release } from './releases.js';

/** The file that setup writes last into an engine's folder: what must be there, and how large. */
export const manifestName = 'engine.json';

/** tfjs-node's native addon in an engine's folder: the engine itself, with the libtensorflow that it loads. */
export const bindingName = 'tfjs_binding.node';
/** The addon that drops standard error in an engine's folder, `native/addon/without_stderr.cc`. */
export const withoutStderrName = 'without_stderr.node';
/** The addon of atto's own kernels in an engine's folder, `native/addon/kernels.cc`. */
export const kernelsName = 'kernels.node';
export const addonNames = [bindingName, withoutStderrName, kernelsName] as const;

/** The source of what atto adds to the addons; the same from src and from dist. */
export const nativeSources = path.join(import.meta.dirname, '..', '..', '..', 'native');

/** The files of {@link nativeSources}, as paths in it with slashes. */
export function nativeFiles(): readonly string[] {
  return readdirSync(nativeSources, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(nativeSources, path.join(entry.parentPath, entry.name)))
    .map((file) => file.replaceAll(path.sep, '/'))
    .sort();
}

// Part of every engine's name: raised when an engine built by an earlier atto can no longer be used by a later one.
const layout = 1;

/**
 * The folder in which the user's engines lie, shared by all clones and installations: `engines` under `ATTO_CACHE`
 * if that is set, else under `atto-maskrcnn` in the system's folder for caches.
 */
export function engineCache(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  return path.join(env.ATTO_CACHE ? path.resolve(env.ATTO_CACHE) : systemCache(env, platform), 'engines');
}

function systemCache(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const home = env.HOME || homedir();
  const root =
    platform === 'win32'
      ? env.LOCALAPPDATA || path.join(home, 'AppData', 'Local')
      : platform === 'darwin'
        ? path.join(home, 'Library', 'Caches')
        : env.XDG_CACHE_HOME || path.join(home, '.cache');
  return path.join(root, 'atto-maskrcnn');
}

/** The name of a release's folder in the cache: another wheel, layout or source of the addons is another folder. */
export function engineName(release: Release): string {
  const parts = [layout, ...addonNames, ...release.wheels.map((wheel) => wheel.sha256)];
  const hash = createHash('sha256').update(parts.join('\n'));
  for (const file of nativeFiles()) hash.update(file).update(readFileSync(path.join(nativeSources, file)));
  const key = hash.digest('hex').slice(0, 8);
  return `tensorflow-${release.tensorflow}-${release.device}-${release.machine}-${key}`;
}

/** The size in bytes of each file of an engine, by its path in the engine's folder. */
type Manifest = Readonly<Record<string, number>>;

/** Whether a folder holds a whole engine: its manifest and every file of it, of the right size. */
export function isComplete(folder: string): boolean {
  const manifest = readManifest(folder);
  return (
    manifest !== undefined &&
    Object.entries(manifest).every(
      ([file, bytes]) => statSync(path.join(folder, file), { throwIfNoEntry: false })?.size === bytes,
    )
  );
}

function readManifest(folder: string): Manifest | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(path.join(folder, manifestName), 'utf8'));
    return isManifest(manifest) ? manifest : undefined;
  } catch {
    // Missing or cut off: either way there is no whole engine here.
    return undefined;
  }
}

function isManifest(value: unknown): value is Manifest {
  return (
    typeof value === 'object' &&
    value !== null &&
    bindingName in value &&
    Object.values(value).every((bytes) => typeof bytes === 'number')
  );
}
