import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from './tf.js';

// Values of the C API's TF_DataType and TF_AttrType.
const dataTypes = { float32: 1, int32: 3, bool: 10, resource: 20 } as const;
const attributeKinds = { text: 0, int: 1, float: 2, flag: 3, type: 4, shape: 5 } as const;

/** A value of an op's attribute, with its kind as the C API wants it. */
export interface Attribute {
  readonly type: number;
  readonly value: string | number | boolean | readonly number[];
}

export const type = (name: keyof typeof dataTypes): Attribute => ({
  type: attributeKinds.type,
  value: dataTypes[name],
});
export const int = (value: number): Attribute => ({ type: attributeKinds.int, value });
export const ints = (value: readonly number[]): Attribute => ({ type: attributeKinds.int, value });
export const float = (value: number): Attribute => ({ type: attributeKinds.float, value });
export const flag = (value: boolean): Attribute => ({ type: attributeKinds.flag, value });
export const text = (value: string): Attribute => ({ type: attributeKinds.text, value });
export const shape = (value: readonly number[]): Attribute => ({ type: attributeKinds.shape, value });

export type Attributes = Readonly<Record<string, Attribute>>;

/** What is used of tfjs-node's backend. */
interface KernelBackend {
  executeMultipleOutputs(
    name: string,
    attributes: readonly { name: string; type: number; value: Attribute['value'] }[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[];
}

function isKernelBackend(backend: unknown): backend is KernelBackend {
  return typeof backend === 'object' && backend !== null && 'executeMultipleOutputs' in backend;
}

/** Runs one of TensorFlow's kernels eagerly and returns its outputs. */
export function executeAll(
  op: string,
  attributes: Attributes,
  inputs: readonly Tensor[],
  outputs: number,
): Tensor[] {
  const backend = tf.backend();
  if (!isKernelBackend(backend)) throw new Error('the engine is not loaded');
  const list = Object.entries(attributes).map(([name, attribute]) => ({ name, ...attribute }));
  return backend.executeMultipleOutputs(op, list, inputs, outputs);
}

/** Runs one of TensorFlow's kernels that has one output. */
export function execute(op: string, attributes: Attributes, inputs: readonly Tensor[]): Tensor {
  return executeAll(op, attributes, inputs, 1)[0];
}
