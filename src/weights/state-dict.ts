import { UserError } from '../errors.js';
import { type ElementType, elementWidth, readableType, toFloat32 } from './element-types.js';
import type { FileRanges } from './file-ranges.js';
import { foreignObject } from './frameworks.js';
import {
  isForeign,
  isRecord,
  PickleError,
  type PickleForeign,
  type PicklePersistent,
  type PickleValue,
} from './pickle-machine.js';
import { elements, type TensorFile } from './tensor-file.js';

/** One-dimensional array of values outside the pickle. Several tensors may share it. */
interface PickledStorage {
  readonly type: ElementType;
  /** Name in the file. */
  readonly storage: string;
  /** Number of values. */
  readonly storageLength: number;
}

/** Tensor as `torch.save` describes it: a view of a storage. */
export interface TensorView extends PickledStorage {
  /** Position of the first value in the storage, in values. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Distance in the storage between neighbors along each dimension, in values. */
  readonly strides: readonly number[];
}

const storageTypes: ReadonlyMap<string, ElementType> = new Map([
  ['torch.DoubleStorage', 'float64'],
  ['torch.FloatStorage', 'float32'],
  ['torch.HalfStorage', 'float16'],
  ['torch.BFloat16Storage', 'bfloat16'],
  ['torch.LongStorage', 'int64'],
  ['torch.IntStorage', 'int32'],
  ['torch.ShortStorage', 'int16'],
  ['torch.CharStorage', 'int8'],
  ['torch.ByteStorage', 'uint8'],
  ['torch.BoolStorage', 'bool'],
]);

const rebuildTensor = 'torch._utils._rebuild_tensor_v2';
const rebuildParameter = 'torch._utils._rebuild_parameter';

/** Functions and classes that tensors are made with. */
export const tensorNames: ReadonlySet<string> = new Set([
  rebuildTensor,
  rebuildParameter,
  ...storageTypes.keys(),
]);

/**
 * Reads the pickle of a file.
 *
 * @throws UserError instead of a PickleError: with the file's name and the remedy
 */
export async function pickledTensors<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    const known = error.foreign === undefined ? undefined : foreignObject(error.foreign);
    if (known !== undefined) throw new UserError(`${file}: ${known}`);
    throw new UserError(
      `${file}: ${error.message}. Only plain tensors are read, and nothing in a pickle is ever run. ` +
        'If you trust the file, save its tensors alone: torch.save(model.state_dict(), "weights.pth")',
    );
  }
}

/** Keys under which checkpoints keep the state dict, beside optimizer, epoch and the like. */
const checkpointKeys = ['model', 'state_dict', 'model_state_dict'];

/**
 * Tensors of a pickled state dict, or of the checkpoint that holds one. Whatever else a checkpoint holds isn't looked at.
 *
 * @throws PickleError when there are none, or when one is damaged or would need code to be run
 */
export function stateDictTensors(root: PickleValue): ReadonlyMap<string, TensorView> {
  const dictionary = findStateDict(root);
  const tensors = new Map<string, TensorView>();
  for (const [name, value] of dictionary ?? []) {
    const view = typeof name === 'string' ? tensorView(name, value) : undefined;
    if (typeof name === 'string' && view) tensors.set(name, view);
  }
  if (tensors.size === 0) {
    throw new PickleError(
      `it holds no state dict, neither by itself nor under ${checkpointKeys.map((key) => `"${key}"`).join(' or ')}`,
    );
  }
  return tensors;
}

/** @throws PickleError where an object of some class stands in its place, such as a whole model */
function findStateDict(root: PickleValue): Map<PickleValue, PickleValue> | undefined {
  if (isForeign(root)) throw needsCode(root, 'a state dict should be');
  if (!(root instanceof Map)) return undefined;
  for (const key of checkpointKeys) {
    const inner = root.get(key);
    if (inner instanceof Map) return inner;
    if (isForeign(inner)) throw needsCode(inner, 'a state dict should be');
  }
  return root;
}

function needsCode({ name }: PickleForeign, place: string): PickleError {
  return new PickleError(`its pickle names ${name} where ${place}`, { foreign: name });
}

/**
 * View that a pickled tensor describes; undefined for other data.
 *
 * @throws PickleError when it is damaged, or when it is no data at all
 */
function tensorView(name: string, value: PickleValue): TensorView | undefined {
  const tensor = argumentsOf(rebuildParameter, value)?.at(0) ?? value;
  if (isForeign(tensor)) throw needsCode(tensor, `the tensor ${name} should be`);
  const args = argumentsOf(rebuildTensor, tensor);
  if (!args) return undefined;
  const [storage, offset, shape, strides] = args;
  const damaged = new PickleError(`its tensor ${name} is damaged`);
  if (!isRecord(storage) || storage.kind !== 'persistent') throw damaged;
  if (!isCount(offset) || !isCounts(shape) || !isCounts(strides) || shape.length !== strides.length) {
    throw damaged;
  }
  const view = { ...pickledStorage(storage), offset, shape, strides };
  if (offset + span(view) > view.storageLength) throw damaged;
  return view;
}

/** Arguments of a call of `callee`; undefined for any other value. */
function argumentsOf(callee: string, value: PickleValue): readonly PickleValue[] | undefined {
  return isRecord(value) && value.kind === 'call' && value.name === callee ? value.args : undefined;
}

/** Number of values in the storage from a view's first to its last. */
function span({ shape, strides }: Pick<TensorView, 'shape' | 'strides'>): number {
  if (elements(shape) === 0) return 0;
  return 1 + shape.reduce((sum, size, dimension) => sum + (size - 1) * strides[dimension], 0);
}

/**
 * Storage that a pickle refers to.
 *
 * @throws PickleError for anything but a storage
 */
export function pickledStorage({ id }: PicklePersistent): PickledStorage {
  // The fourth is where the storage was, such as cuda:0; a sixth, of PyTorch before 0.4, makes it a view of another.
  const [kind, storageType, storage, , storageLength, view = null] = Array.isArray(id) ? id : [];
  if (isForeign(storageType)) throw needsCode(storageType, 'the type of a storage should be');
  const type = isRecord(storageType) && storageType.kind === 'name' && storageTypes.get(storageType.name);
  if (
    kind !== 'storage' ||
    typeof storage !== 'string' ||
    !isCount(storageLength) ||
    !type ||
    view !== null
  ) {
    throw new PickleError("it refers to something that isn't a storage of numbers");
  }
  return { type, storage, storageLength };
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isCounts(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}

/** Position and length of a storage in its file, in bytes. */
export interface StoragePlace {
  readonly position: number;
  readonly bytes: number;
}

/**
 * File whose tensors are views of storages.
 *
 * @param placeOf finds a storage by its name; undefined where there is none
 */
export function viewFile(
  ranges: FileRanges,
  tensors: ReadonlyMap<string, TensorView>,
  placeOf: (storage: string) => Promise<StoragePlace | undefined>,
): TensorFile {
  const { file } = ranges;
  return {
    file,
    metadata: {},
    tensors,
    read: async (name) => {
      const view = tensors.get(name);
      if (!view) throw new UserError(`${file}: holds no tensor ${name}`);
      const type = readableType(file, name, view.type);
      const width = elementWidth(type);
      const place = await placeOf(view.storage);
      if (!place || place.bytes < view.storageLength * width) {
        throw new UserError(`${file}: the values of ${name} are missing or cut off; copy or save it again`);
      }
      const values = await ranges.read(place.position + view.offset * width, span(view) * width);
      return gather(toFloat32(values, type), view);
    },
    close: () => ranges.close(),
  };
}

/** Puts a view's values in row-major order; `values` start with the view's first. */
function gather(values: Float32Array, { shape, strides }: TensorView): Float32Array {
  const count = elements(shape);
  const isContiguous = shape.every(
    (size, dimension) => size === 1 || strides[dimension] === elements(shape.slice(dimension + 1)),
  );
  if (isContiguous || count === 0) return values;
  const result = new Float32Array(count);
  const index = shape.map(() => 0);
  for (let i = 0, at = 0; i < count; i++) {
    result[i] = values[at];
    for (let dimension = shape.length - 1; dimension >= 0; dimension--) {
      at += strides[dimension];
      if (++index[dimension] < shape[dimension]) break;
      at -= strides[dimension] * shape[dimension];
      index[dimension] = 0;
    }
  }
  return result;
}
