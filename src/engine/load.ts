import { availableParallelism } from 'node:os';
import util from 'node:util';
import { messageOf, UserError } from '../errors.js';
import { createBackend, loadBinding, type TensorFlowAddon, withoutStderr } from './backend.js';
import { type EngineLocation, packageName, requireEngine } from './install/locate.js';
import type { Device } from './install/releases.js';
import { type Instructions, registerOwnKernels } from './own-kernels.js';
import { tf } from './tf.js';

/**
 * The arithmetic of convolutions and matrix products. `bf16` lets their float32 factors be rounded to bfloat16 where the
 * processor has instructions for it; elsewhere it changes nothing. Tensors and sums stay float32.
 */
type Precision = 'float32' | 'bf16';

/** Settings of the engine, fixed once it is loaded. */
export interface EngineOptions {
  /** Threads of one operation; `TF_NUM_INTRAOP_THREADS` if that is set, else as many as the process may run at once. */
  readonly threads?: number | undefined;
  /** `float32` by default. */
  readonly precision?: Precision | undefined;
}

/** The loaded engine: facts, fixed for the life of the process. */
export interface Engine {
  /** The version of libtensorflow, for example `2.21.0`. */
  readonly tensorflow: string;
  readonly package: 'tfjs-node' | 'tfjs-node-gpu';
  /** Device of the operations; `tfjs-node-gpu` runs them on the CPU when it finds no GPU. */
  readonly device: Device;
  readonly threads: number;
  readonly precision: Precision;
  /** The instruction set of our own kernels; null where TensorFlow's do all the work. */
  readonly instructions: Instructions | null;
}

let loading: Promise<Engine> | undefined;

/**
 * Loads libtensorflow and makes it the backend of tfjs-core. Awaited once before anything computes; later calls give
 * the same engine.
 *
 * The library reads its settings from the environment when it is loaded, so this sets `TF_NUM_INTRAOP_THREADS` and
 * `ONEDNN_DEFAULT_FPMATH_MODE` and `TF_DETERMINISTIC_OPS`, and `TF_CPP_MIN_LOG_LEVEL` unless it is set.
 *
 * Our own kernels use the fastest instruction set that the processor has, or the one that `ATTO_INSTRUCTIONS` names.
 *
 * @throws UserError when no engine is installed, when one is loaded with other settings than those given, or when
 * `ATTO_INSTRUCTIONS` isn't one that the processor has.
 */
export async function loadEngine(options: EngineOptions = {}): Promise<Engine> {
  loading ??= start(requireEngine(), chooseThreads(options.threads), options.precision ?? 'float32');
  const engine = await loading;
  requireSame(engine, options);
  return engine;
}

async function start(location: EngineLocation, threads: number, precision: Precision): Promise<Engine> {
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.ONEDNN_DEFAULT_FPMATH_MODE = precision === 'bf16' ? 'BF16' : 'STRICT';
  // Without it the gradient of CropAndResize, and so of RoIAlign, adds up overlapping boxes in several threads at once
  // and loses summands.
  process.env.TF_DETERMINISTIC_OPS = '1';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  restoreUtilFunctions();

  const addon = load(location);
  const name = packageName(location.device);
  const device = addon.isUsingGpuDevice() ? 'gpu' : 'cpu';
  const own =
    location.kernels && device === 'cpu' ? registerOwnKernels(location.kernels, threads) : undefined;
  const backend = createBackend(addon, name, {
    ownKernels: own !== undefined,
    bfloat16: precision === 'bf16' && own?.hasBfloat16 === true,
  });
  tf.registerBackend('tensorflow', () => backend);
  await tf.setBackend('tensorflow');
  return Object.freeze({
    tensorflow: addon.TF_Version,
    package: location.device === 'gpu' ? 'tfjs-node-gpu' : 'tfjs-node',
    device,
    threads,
    precision,
    instructions: own?.instructions ?? null,
  });
}

function load({ binding, withoutStderr: mute, folder, origin }: EngineLocation): TensorFlowAddon {
  const everything = process.env.TF_CPP_MIN_LOG_LEVEL === '0';
  try {
    return mute && !everything ? withoutStderr(mute, () => loadBinding(binding)) : loadBinding(binding);
  } catch (error) {
    const remedy =
      origin === 'setup'
        ? `Delete ${folder} and run: npx atto setup`
        : 'Build it anew (npm rebuild @tensorflow/tfjs-node), or remove it and run: npx atto setup';
    throw new UserError(`The engine can't be loaded: ${messageOf(error)}\n${remedy}`);
  }
}

function chooseThreads(wanted: number | undefined): number {
  if (wanted !== undefined) {
    if (Number.isInteger(wanted) && wanted > 0) return wanted;
    throw new UserError(`threads is ${wanted}; it must be a whole number from 1 on.`);
  }
  const fromEnvironment = Number(process.env.TF_NUM_INTRAOP_THREADS);
  return Number.isInteger(fromEnvironment) && fromEnvironment > 0 ? fromEnvironment : availableParallelism();
}

function requireSame(engine: Engine, { threads, precision }: EngineOptions): void {
  if (
    (threads ?? engine.threads) === engine.threads &&
    (precision ?? engine.precision) === engine.precision
  ) {
    return;
  }
  throw new UserError(
    `The engine is already loaded with ${engine.threads} threads and ${engine.precision}; ` +
      'its settings can be chosen only once in a process.',
  );
}

/**
 * tfjs-node calls two functions that Node 23 removed from `node:util`, and that earlier versions warn about: in every
 * version they are what they were.
 */
function restoreUtilFunctions(): void {
  const functions = {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  };
  for (const [name, value] of Object.entries(functions)) {
    Object.defineProperty(util, name, { value, configurable: true, enumerable: true, writable: true });
  }
}
