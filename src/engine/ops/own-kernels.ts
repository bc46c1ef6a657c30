import type { Tensor } from '@tensorflow/tfjs-core';
import { type Attributes, executeMultiple } from '../kernels.js';
import { tf } from '../tf.js';

/** Runs one of our own kernels (`native/`), which take a tensor of no elements for one that isn't there. */
export function executeOwn(
  op: string,
  attributes: Attributes,
  inputs: readonly (Tensor | undefined)[],
  outputs = 1,
): Tensor[] {
  const none = tf.tensor1d([], 'float32');
  try {
    return executeMultiple(
      op,
      attributes,
      inputs.map((input) => input ?? none),
      outputs,
    );
  } finally {
    none.dispose();
  }
}
