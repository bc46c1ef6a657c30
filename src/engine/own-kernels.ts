import type { Tensor } from '@tensorflow/tfjs-core';
import { allowsBfloat16, hasOwnKernels } from './backend.js';
import { type Attributes, executeMultiple } from './kernels.js';
import { tf } from './tf.js';

/** Runs one of our own kernels (`native/`), which take a tensor of no elements for one that isn't there. */
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

let rounds: boolean | undefined;

/**
 * Whether our own products round their factors to bfloat16: where the engine was loaded so, and the processor has
 * instructions for it.
 */
export function roundsToBfloat16(): boolean {
  rounds ??= hasOwnKernels() && allowsBfloat16() && hasBfloat16();
  return rounds;
}

function hasBfloat16(): boolean {
  const [answer] = executeOwn('AttoHasBfloat16', {}, []);
  const [has] = answer.dataSync();
  answer.dispose();
  return has === 1;
}
