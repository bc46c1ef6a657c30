import { type Entry, fromFdPromise } from 'yauzl';
import { messageOf, UserError } from '../errors.js';
import { elementWidth } from './element-types.js';
import type { FileRanges } from './file-ranges.js';
import { foreignFiles } from './frameworks.js';
import { type Pickle, readPickle } from './pickle.js';
import { PickleError, type PickleValue } from './pickle-machine.js';
import {
  pickledStorage,
  pickledTensors,
  type StoragePlace,
  stateDictTensors,
  tensorNames,
  viewFile,
} from './state-dict.js';
import type { TensorFile } from './tensor-file.js';

const decoder = new TextDecoder('utf-8');

/** Maximum size in bytes; pickles of state dicts are far smaller. */
const largestPickle = 100_000_000;

/**
 * Opens a file of `torch.save`: a zip archive, not compressed, of a pickle that describes the tensors and a file for
 * each storage. Only the pickle is read; tensors are read when asked for.
 *
 * @throws UserError when the archive is cut off or not PyTorch's, or when its pickle holds more than tensors
 */
export async function readPth(ranges: FileRanges): Promise<TensorFile> {
  const { file } = ranges;
  const archive = await readArchive(ranges);
  const byteOrder = archive.get('byteorder');
  if (byteOrder) {
    const order = decoder.decode(await byteOrder.read());
    if (order !== 'little') {
      throw new UserError(
        `${file}: its byte order is ${order}; save it again on a machine whose order is little`,
      );
    }
  }
  const pickle = archive.get('data.pkl');
  if (!pickle && archive.has('model.weights.h5')) throw new UserError(`${file}: ${foreignFiles.keras}`);
  if (!pickle) throw new UserError(`${file}: is a zip archive, but not one that torch.save wrote`);
  if (pickle.size > largestPickle) throw new UserError(`${file}: its pickle has ${pickle.size} bytes`);
  const tensors = await pickledTensors(file, async () =>
    stateDictTensors(readPickle(await pickle.read(), tensorNames).value),
  );
  return viewFile(ranges, tensors, async (storage) => {
    const entry = archive.get(`data/${storage}`);
    return entry && { position: await entry.position(), bytes: entry.size };
  });
}

interface ArchiveFile {
  readonly size: number;
  /** Position of its first byte. */
  position(): Promise<number>;
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Files in a zip archive, by their names in the one folder that holds them all. */
async function readArchive(ranges: FileRanges): Promise<ReadonlyMap<string, ArchiveFile>> {
  const { file, descriptor } = ranges;
  const broken = (error: unknown): UserError =>
    new UserError(`${file}: is not a whole zip archive (${messageOf(error)}); copy or save it again`);
  const files = new Map<string, ArchiveFile>();
  try {
    // The descriptor stays open: it isn't yauzl's to close.
    const zip = await fromFdPromise(descriptor, { autoClose: false });
    for await (const entry of zip.eachEntry()) {
      const position = async (): Promise<number> => {
        if (!isStored(entry)) {
          throw new UserError(`${file}: ${entry.fileName} is compressed; save it again with torch.save`);
        }
        try {
          return (await zip.readLocalFileHeaderPromise(entry, { minimal: true })).fileDataStart;
        } catch (error) {
          throw broken(error);
        }
      };
      files.set(entry.fileName.replace(/^[^/]*\//, ''), {
        size: entry.uncompressedSize,
        position,
        read: async () => ranges.read(await position(), entry.uncompressedSize),
      });
    }
  } catch (error) {
    throw broken(error);
  }
  return files;
}

function isStored({ compressionMethod, compressedSize, uncompressedSize }: Entry): boolean {
  return compressionMethod === 0 && compressedSize === uncompressedSize;
}

/** First bytes of files in PyTorch's older format: the pickle of its magic number. */
export const legacyMagic = Uint8Array.of(
  ...[0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e],
);

/** Bytes of a file that are searched for its pickles, at first and at most. */
const firstLook = 1 << 20;
const longestLook = 1 << 27;

/**
 * Opens a file of `torch.save` before PyTorch 1.6, as torchvision's published detectors still are: pickles of a magic
 * number, a version, the machine, the object and the keys of its storages; then for each storage a length and its
 * values.
 *
 * @throws UserError when the file is cut off, or when its pickles hold more than tensors
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
  const places = new Map<string, StoragePlace>();
  let position = end;
  for (const { key, type } of storages) {
    if (type === undefined) throw new UserError(`${file}: its storage ${key} has no type; save it again`);
    const length = Number(new DataView((await ranges.read(position, 8)).buffer).getBigUint64(0, true));
    const bytes = length * elementWidth(type);
    places.set(key, { position: position + 8, bytes });
    position += 8 + bytes;
  }
  if (position > ranges.size) {
    throw new UserError(`${file}: is cut off: it should have ${position} bytes; copy or save it again`);
  }
  return viewFile(ranges, tensors, async (key) => places.get(key));
}

/** Pickles at the start of a file, of which only the beginning is read. */
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
