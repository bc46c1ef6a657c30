/** Description of a tensor in a file, without its values. */
interface StoredTensor {
  readonly shape: readonly number[];
  /** PyTorch's name of the element type, such as `float16`, or the file's own where PyTorch has none. */
  readonly type: string;
}

/** Open file of named tensors, in any format, read piece by piece. */
export interface TensorFile {
  readonly file: string;
  /** Texts that the file holds beside its tensors. */
  readonly metadata: Readonly<Record<string, string>>;
  /** In the file's order. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /**
   * Reads one tensor, converted to float32, row-major.
   *
   * @throws UserError when there is none of that name, or when it holds integers
   */
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Float32 tensor in memory. */
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

/** Shape as text, such as `64×3×7×7`. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'a scalar' : shape.join('×');
}
