import type { Tensor } from '@tensorflow/tfjs-core';
import { messageOf } from '../errors.js';
import { currentBackend, type OpAttribute } from './backend.js';
import { tf } from './tf.js';

/**
 * TensorFlow's kernels by name: what every differentiable operation of the engine is written with. The kernels, their
 * attributes and inputs are those of TensorFlow's op registry (https://www.tensorflow.org/api_docs/python/tf/raw_ops).
 *
 *     execute('Conv2D', { T: type('float32'), strides: ints([1, 1, 1, 1]), padding: text('SAME') }, [x, kernel])
 *
 * Attributes are plain values, so sets of them that never change can be made once, outside of the function using them.
 */

/** The value of an attribute with its kind, made by {@link type}, {@link ints}, {@link text} and their like. */
export type Attribute = Omit<OpAttribute, 'name'>;

/** The attributes of one kernel by name. Treated as constant: don't change an object that was given to `execute`. */
export type Attributes = Readonly<Record<string, Attribute>>;

// TF_AttrType and TF_DataType of TensorFlow's C interface; their numbers are part of its ABI.
const attributeKinds = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;
const dataTypes = { float32: 1, int32: 3, bool: 10 } as const;

/** A type of elements that tensors of the engine have. */
export type DataType = keyof typeof dataTypes;

const typeAttributes: Readonly<Record<DataType, Attribute>> = {
  float32: { type: attributeKinds.type, value: dataTypes.float32 },
  int32: { type: attributeKinds.type, value: dataTypes.int32 },
  bool: { type: attributeKinds.type, value: dataTypes.bool },
};

/** An attribute of kind `type`, as in `T: type('float32')`. */
export const type = (value: DataType): Attribute => typeAttributes[value];
/** An attribute of kind `int`. */
export const int = (value: number): Attribute => ({ type: attributeKinds.int, value });
/** An attribute of kind `list(int)`, as in `strides: ints([1, 2, 2, 1])`. */
export const ints = (value: readonly number[]): Attribute => ({ type: attributeKinds.int, value });
/** An attribute of kind `float`. */
export const float = (value: number): Attribute => ({ type: attributeKinds.float, value });
/** An attribute of kind `bool`. */
export const flag = (value: boolean): Attribute => ({ type: attributeKinds.bool, value });
/** An attribute of kind `string`, as in `padding: text('SAME')`. */
export const text = (value: string): Attribute => ({ type: attributeKinds.string, value });
/** An attribute of kind `shape`. */
export const shape = (value: readonly number[]): Attribute => ({ type: attributeKinds.shape, value });

/**
 * Runs a kernel that has one output.
 *
 * @typeParam Output what the caller knows of the output's rank, for example `tf.Tensor4D`.
 * @throws Error with the op, its inputs' types and shapes and TensorFlow's message when the kernel refuses them.
 */
export function execute<Output extends Tensor = Tensor>(
  op: string,
  attributes: Attributes,
  inputs: readonly Tensor[],
): Output {
  try {
    return currentBackend().executeSingleOutput(op, attributeList(attributes), inputs) as Output;
  } catch (error) {
    throw kernelError(op, inputs, error);
  }
}

/** Runs a kernel that has several outputs; otherwise like {@link execute}. */
export function executeMultiple(
  op: string,
  attributes: Attributes,
  inputs: readonly Tensor[],
  outputs: number,
): Tensor[] {
  try {
    return currentBackend().executeMultipleOutputs(op, attributeList(attributes), inputs, outputs);
  } catch (error) {
    throw kernelError(op, inputs, error);
  }
}

/** A shape as the kernels take it. */
export const shapeTensor = (shape: readonly number[]): Tensor => tf.tensor1d([...shape], 'int32');

const attributeLists = new WeakMap<Attributes, readonly OpAttribute[]>();

function attributeList(attributes: Attributes): readonly OpAttribute[] {
  const known = attributeLists.get(attributes);
  if (known !== undefined) return known;
  const list = Object.entries(attributes).map(([name, { type, value }]) => ({ name, type, value }));
  attributeLists.set(attributes, list);
  return list;
}

function kernelError(op: string, inputs: readonly Tensor[], cause: unknown): Error {
  const operands = inputs.map((input) => `${input.dtype}[${input.shape}]`).join(', ');
  const message = messageOf(cause).replace(/^Invalid TF_Status: \d+\s*Message: /, '');
  return new Error(`${op}(${operands}): ${message}`, { cause });
}
