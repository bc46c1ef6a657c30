import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { UserError } from '../../errors.js';
import { bindingName, engineCache, engineName, isComplete, kernelsName, withoutStderrName } from './cache.js';
import { type Device, findRelease, thisMachine } from './releases.js';

/** An engine on this machine that can be loaded. */
export interface EngineLocation {
  /** Whether `atto setup` provided it, or the installer of a tfjs-node that the user installed beside atto. */
  readonly origin: 'setup' | 'tfjs-node';
  /** Device that libtensorflow was built for. */
  readonly device: Device;
  readonly folder: string;
  /** Path of tfjs-node's native addon, which loads libtensorflow. */
  readonly binding: string;
  /** Path of the addon that keeps libtensorflow quiet while it is loaded; a tfjs-node of the user's has none. */
  readonly withoutStderr: string | undefined;
  /** Path of the addon of atto's own kernels, for the CPU; a tfjs-node of the user's has none. */
  readonly kernels: string | undefined;
}

/**
 * Finds the engine to load: the one for GPUs if it is there, else the one for CPUs, unless `ATTO_DEVICE` is `cpu` or
 * `gpu`; among those of one device, the one that `atto setup` provided goes before a tfjs-node installed by the user.
 *
 * @param from URL of the module beside which a tfjs-node of the user's is looked for.
 * @throws UserError when `ATTO_DEVICE` has another value.
 */
export function locateEngine(env = process.env, from = import.meta.url): EngineLocation | undefined {
  for (const device of devices(env.ATTO_DEVICE)) {
    const location = locateProvided(device, env) ?? locateTfjsNode(device, from);
    if (location !== undefined) return location;
  }
  return undefined;
}

/**
 * The engine to load, as {@link locateEngine} finds it.
 *
 * @throws UserError saying what to run when there is none.
 */
export function requireEngine(): EngineLocation {
  const location = locateEngine();
  if (location !== undefined) return location;
  const [what, option] =
    process.env.ATTO_DEVICE === 'gpu' ? ['The GPU engine', ' --gpu'] : ['The engine', ''];
  const inClone = `in a clone of the repository: npm run setup${option && ` --${option}`}`;
  throw new UserError(
    `${what} (libtensorflow) is not installed. Run: npx atto setup${option}   (${inClone})`,
  );
}

function devices(wanted: string | undefined): readonly Device[] {
  if (wanted === 'cpu' || wanted === 'gpu') return [wanted];
  if (wanted) throw new UserError(`ATTO_DEVICE is "${wanted}"; it can be "cpu" or "gpu".`);
  return ['gpu', 'cpu'];
}

function locateProvided(device: Device, env: NodeJS.ProcessEnv): EngineLocation | undefined {
  const release = findRelease(device, thisMachine());
  if (release === undefined) return undefined;
  const folder = path.join(engineCache(env), engineName(release));
  if (!isComplete(folder)) return undefined;
  const at = (name: string) => path.join(folder, name);
  return {
    origin: 'setup',
    device,
    folder,
    binding: at(bindingName),
    withoutStderr: at(withoutStderrName),
    kernels: at(kernelsName),
  };
}

function locateTfjsNode(device: Device, from: string): EngineLocation | undefined {
  const folder = resolvePackage(packageName(device), from);
  if (folder === undefined) return undefined;
  const binding = path.join(folder, 'lib', 'napi-v8', bindingName);
  return existsSync(binding)
    ? { origin: 'tfjs-node', device, folder, binding, withoutStderr: undefined, kernels: undefined }
    : undefined;
}

function resolvePackage(name: string, from: string): string | undefined {
  try {
    return path.dirname(createRequire(from).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

/** The package of tfjs-node that belongs to a device. */
export function packageName(device: Device): string {
  return device === 'gpu' ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
}

/** Remedy where `atto setup` can't provide an engine: tfjs-node's own installer brings one. */
export function otherRoute(device: Device): string {
  const name = packageName(device);
  return (
    `npm install --ignore-scripts ${name}@4.22.0 && npm rebuild --ignore-scripts=false ${name}   ` +
    '(its own installer downloads a library and an addon)'
  );
}
