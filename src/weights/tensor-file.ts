import { UserError } from '../errors.js';
import { type FloatType, isFloatType } from './data-types.js';

/** What a file says of a tensor without reading its values. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** PyTorch's name of the element type, such as `float16`; the file's own where PyTorch has none. */
  readonly type: string;
}

/** An open file of named tensors, of whichever format, read piece by piece. */
export interface TensorFile {
  readonly file: string;
  /** Texts that the file keeps beside its tensors. */
  readonly metadata: Readonly<Record<string, string>>;
  /** In the file's order. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /**
   * Reads one tensor, converted to float32, row-major.
   *
   * @throws UserError when there is none of that name, or it holds integers
   */
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/** A float32 tensor in memory. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

/** Number of values. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** Such as `64×3×7×7`. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'a scalar' : shape.join('×');
}

/**
 * The type to convert a tensor from.
 *
 * @throws UserError for integers and what PyTorch doesn't know
 */
export function readableType(file: string, name: string, type: string): FloatType {
  if (isFloatType(type)) return type;
  throw new UserError(
    `${file}: ${name} has type ${type}; float32, float64, float16 and bfloat16 can be read`,
  );
}
