import { createRequire } from 'node:module';
import type { Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../errors.js';
import { type Attributes, executeMultiple } from './kernels.js';
import { tf } from './tf.js';

/** An instruction set that our own kernels (`native/kernels`) are compiled for. `plain` is SSE2 or NEON. */
export type Instructions = 'avx512' | 'avx2' | 'plain';

/** The addon built from `native/addon/kernels.cc`. */
interface KernelAddon {
  /** Those that the processor has, the fastest first. */
  readonly instructions: readonly [Instructions, ...Instructions[]];
  register(threads: number, instructions: Instructions): void;
  hasBfloat16(): boolean;
}

/** Our own kernels as they were registered. */
export interface OwnKernels {
  readonly instructions: Instructions;
  /** Whether they can round to bfloat16. */
  readonly hasBfloat16: boolean;
}

const require = createRequire(import.meta.url);

/**
 * Makes our own kernels known to the libtensorflow that is loaded.
 *
 * @param wanted the instruction set to use; the fastest that the processor has when it is left out or empty
 * @throws UserError when the processor doesn't have it, Error when TensorFlow refuses a kernel.
 */
export function registerOwnKernels(
  file: string,
  threads: number,
  wanted = process.env.ATTO_INSTRUCTIONS,
): OwnKernels {
  const addon: KernelAddon = require(file);
  const instructions = wanted ? addon.instructions.find((name) => name === wanted) : addon.instructions[0];
  if (instructions === undefined) {
    throw new UserError(
      `ATTO_INSTRUCTIONS is "${wanted}"; on this processor it can be ${addon.instructions.join(', ')}.`,
    );
  }
  addon.register(threads, instructions);
  return { instructions, hasBfloat16: addon.hasBfloat16() };
}

/** Runs one of our own kernels, which take a tensor of no elements for one that isn't there. */
export function executeOwn(
  op: string,
  attributes: Attributes,
  inputs: readonly (Tensor | undefined)[],
  outputs = 1,
): Tensor[] {
  let none: Tensor | undefined;
  const nothing = (): Tensor => {
    none ??= tf.tensor1d([], 'float32');
    return none;
  };
  try {
    const given = inputs.map((input) => input ?? nothing());
    return executeMultiple(op, attributes, given, outputs);
  } finally {
    none?.dispose();
  }
}
