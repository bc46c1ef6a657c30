import { UserError } from '../errors.js';
import type { DataType } from './data-types.js';
import { isRecord, PickleError, type PicklePersistent, type PickleValue } from './pickle-values.js';
import { elements } from './tensor-file.js';

/** A one-dimensional array of values that lies outside the pickle; several tensors may share it. */
export interface PickledStorage {
  readonly type: DataType;
  /** Names it in the file. */
  readonly storage: string;
  /** Number of values. */
  readonly storageLength: number;
}

/** A tensor as `torch.save` describes it: a view of a storage. */
export interface TensorView extends PickledStorage {
  /** The first value's place in the storage, in values. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Distance in the storage between neighbors along each dimension, in values. */
  readonly strides: readonly number[];
}

const storageTypes: ReadonlyMap<string, DataType> = new Map([
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

/** The functions and classes that a pickle of tensors names. */
export const tensorNames: ReadonlySet<string> = new Set([
  rebuildTensor,
  rebuildParameter,
  ...storageTypes.keys(),
]);

/** Says of which file a pickle is that isn't read, and what can be done. */
export async function pickledTensors<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    throw new UserError(
      `${file}: ${error.message}. Only plain tensors are read, and nothing in a pickle is ever run. ` +
        'If you trust the file, save its tensors alone: torch.save(model.state_dict(), "weights.pth")',
    );
  }
}

/** Where checkpoints keep the state dict, beside optimizer, epoch and the like. */
const checkpointKeys = ['model', 'state_dict', 'model_state_dict'];

/**
 * The tensors of a pickled state dict, or of the checkpoint that holds one.
 *
 * @throws PickleError when there are none, or one is damaged
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

function findStateDict(root: PickleValue): Map<PickleValue, PickleValue> | undefined {
  if (!(root instanceof Map)) return undefined;
  for (const key of checkpointKeys) {
    const inner = root.get(key);
    if (inner instanceof Map) return inner;
  }
  return root;
}

/** @returns undefined for what isn't a tensor */
function tensorView(name: string, value: PickleValue): TensorView | undefined {
  const tensor = argumentsOf(rebuildParameter, value)?.at(0) ?? value;
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

/** What `callee` is called with, where the value is such a call. */
function argumentsOf(callee: string, value: PickleValue): readonly PickleValue[] | undefined {
  return isRecord(value) && value.kind === 'call' && value.name === callee ? value.args : undefined;
}

/** How many values of the storage lie between a view's first and its last, both included. */
export function span({ shape, strides }: Pick<TensorView, 'shape' | 'strides'>): number {
  if (elements(shape) === 0) return 0;
  return 1 + shape.reduce((sum, size, dimension) => sum + (size - 1) * strides[dimension], 0);
}

/** @throws PickleError for anything but a storage */
export function pickledStorage({ id }: PicklePersistent): PickledStorage {
  // The fourth is where the storage was, such as cuda:0; a sixth, of PyTorch before 0.4, makes it a view of another.
  const [kind, storageType, storage, , storageLength, view = null] = Array.isArray(id) ? id : [];
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
