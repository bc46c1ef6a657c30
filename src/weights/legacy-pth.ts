import { UserError } from '../errors.js';
import { dataTypeWidth } from './data-types.js';
import type { FileRanges } from './file-ranges.js';
import { type Pickle, readPickle } from './pickle.js';
import { PickleError, type PickleValue } from './pickle-values.js';
import { pickledStorage, pickledTensors, stateDictTensors, tensorNames } from './state-dict.js';
import type { TensorFile } from './tensor-file.js';
import { viewsOf } from './tensor-views.js';

/** The pickle of PyTorch's magic number, with which these files start. */
export const legacyMagic = Uint8Array.of(
  ...[0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e],
);

/** How much of a file is searched for its pickles, at first and at most. */
const firstLook = 1 << 20;
const longestLook = 1 << 27;

/**
 * Reads what `torch.save` wrote before PyTorch 1.6, as torchvision's published detectors still are: pickles of a magic
 * number, a version, the machine, the object and the keys of its storages; then the storages, each a length and its
 * values.
 *
 * @throws UserError when the file is cut off or its pickles hold more than tensors
 */
export async function readLegacyPth(ranges: FileRanges): Promise<TensorFile> {
  const { file } = ranges;
  const { tensors, storages, end } = await pickledTensors(file, async () => {
    const [, , machine, object, keys] = await readPickles(ranges, 5);
    if (!(machine.value instanceof Map) || machine.value.get('little_endian') !== true) {
      throw new PickleError('it was saved on a machine whose byte order is big');
    }
    const types = new Map(
      object.persistent.map((outside) => {
        const { storage, type } = pickledStorage(outside);
        return [storage, type];
      }),
    );
    const storages = listOfKeys(keys.value).map((key) => ({ key, type: types.get(key) }));
    return { tensors: stateDictTensors(object.value), storages, end: keys.end };
  });
  const places = new Map<string, { position: number; bytes: number }>();
  let position = end;
  for (const { key, type } of storages) {
    if (type === undefined) throw new UserError(`${file}: its storage ${key} has no type; save it again`);
    const length = Number(new DataView((await ranges.read(position, 8)).buffer).getBigUint64(0, true));
    const bytes = length * dataTypeWidth(type);
    places.set(key, { position: position + 8, bytes });
    position += 8 + bytes;
  }
  if (position > ranges.size) {
    throw new UserError(`${file}: is cut off: it should have ${position} bytes; copy or save it again`);
  }
  return viewsOf(ranges, tensors, async (key) => places.get(key));
}

/** The pickles at the start of a file, of which only the beginning is read. */
async function readPickles(ranges: FileRanges, count: number): Promise<Pickle[]> {
  for (let length = firstLook; ; length *= 4) {
    const bytes = await ranges.read(0, Math.min(length, ranges.size));
    try {
      const pickles: Pickle[] = [];
      while (pickles.length < count) pickles.push(readPickle(bytes, tensorNames, pickles.at(-1)?.end));
      return pickles;
    } catch (error) {
      const isAll = length >= Math.min(ranges.size, longestLook);
      if (isAll || !(error instanceof PickleError && error.cutOff)) throw error;
    }
  }
}

function listOfKeys(value: PickleValue): string[] {
  if (Array.isArray(value) && value.every((key) => typeof key === 'string')) return value;
  throw new PickleError('its list of storages is damaged');
}
