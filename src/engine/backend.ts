import { createRequire } from 'node:module';
import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** The part of tfjs-node's native addon (`binding/` in its source) that atto uses. */
export interface TensorFlowAddon {
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
}

/** An attribute as the addon takes it; `type` is a `TF_AttrType` of TensorFlow's C interface. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | string | boolean | readonly number[];
}

/** tfjs-node's backend of tfjs-core: it keeps the native tensors and runs TensorFlow's kernels at once. */
export interface TensorFlowBackend extends KernelBackend {
  executeSingleOutput(op: string, attributes: readonly OpAttribute[], inputs: readonly TensorInfo[]): Tensor;
  executeMultipleOutputs(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly TensorInfo[],
    outputs: number,
  ): Tensor[];
  /** Opens a TensorBoard event file in `folder` behind `writer`, the handle that the SummaryWriter op gave. */
  createSummaryFileWriter(writer: Tensor, folder: string): void;
  writeScalarSummary(writer: Tensor, step: number, name: string, value: number): void;
  flushSummaryWriter(writer: Tensor): void;
}

/** The vendored part of tfjs-node, `dist/vendor/tfjs-node/backend.cjs` (made by scripts/vendor-tfjs-node.mjs). */
interface TfjsNode {
  readonly NodeJSKernelBackend: new (addon: TensorFlowAddon, packageName: string) => TensorFlowBackend;
}

const require = createRequire(import.meta.url);

/** Features of a backend beyond TensorFlow's. */
interface Extras {
  /** Whether atto's own kernels (`native/kernels`) are there. */
  readonly ownKernels: boolean;
  /** Whether they round factors to bfloat16. */
  readonly bfloat16: boolean;
}

let current: ({ readonly backend: TensorFlowBackend } & Extras) | undefined;

/** Loads tfjs-node's native addon and libtensorflow with it, which now reads the environment once and for all. */
export function loadBinding(file: string): TensorFlowAddon {
  return require(file);
}

/** Calls a function while nothing reaches standard error, by the addon built from `native/addon/without_stderr.cc`. */
export function withoutStderr<T>(file: string, callback: () => T): T {
  const addon: { withoutStderr(callback: () => T): T } = require(file);
  return addon.withoutStderr(callback);
}

/** Makes the backend on a loaded addon; importing tfjs-node's kernels registers them with tfjs-core. */
export function createBackend(
  addon: TensorFlowAddon,
  packageName: string,
  extras: Extras,
): TensorFlowBackend {
  const { NodeJSKernelBackend }: TfjsNode = require('#tfjs-node');
  const backend = new NodeJSKernelBackend(addon, packageName);
  current = { backend, ...extras };
  return backend;
}

/** The backend of the loaded engine. Throws when `loadEngine` hasn't been awaited: a fault of the calling code. */
export const currentBackend = (): TensorFlowBackend => loaded().backend;

/** Whether atto's own kernels (`native/kernels`) are there beside TensorFlow's; throws as {@link currentBackend} does. */
export const hasOwnKernels = (): boolean => loaded().ownKernels;

/**
 * Whether those round factors to bfloat16: where the engine was loaded so, and the processor has instructions for it.
 */
export const roundsToBfloat16 = (): boolean => loaded().bfloat16;

function loaded(): NonNullable<typeof current> {
  if (current === undefined) throw new Error('The engine is not loaded: await loadEngine() first.');
  return current;
}
