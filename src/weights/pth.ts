import { type Entry, fromFdPromise } from 'yauzl';
import { messageOf, UserError } from '../errors.js';
import type { FileRanges } from './file-ranges.js';
import { readPickle } from './pickle.js';
import { pickledTensors, stateDictTensors, tensorNames } from './state-dict.js';
import type { TensorFile } from './tensor-file.js';
import { viewsOf } from './tensor-views.js';

const decoder = new TextDecoder('utf-8');

/** Pickles of state dicts are far smaller; what is larger isn't one. */
const largestPickle = 100_000_000;

/**
 * Reads what `torch.save` writes: a zip archive with a pickle that describes the tensors, and a file a storage, not
 * compressed. Only the pickle is read; tensors are read when asked for.
 *
 * @throws UserError when the archive is cut off or not PyTorch's, or its pickle holds more than tensors
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
  if (!pickle) throw new UserError(`${file}: is a zip archive, but not one that torch.save wrote`);
  if (pickle.size > largestPickle) throw new UserError(`${file}: its pickle has ${pickle.size} bytes`);
  const tensors = await pickledTensors(file, async () =>
    stateDictTensors(readPickle(await pickle.read(), tensorNames).value),
  );
  return viewsOf(ranges, tensors, async (storage) => {
    const entry = archive.get(`data/${storage}`);
    return entry && { position: await entry.position(), bytes: entry.size };
  });
}

interface ArchiveFile {
  readonly size: number;
  /** Where its bytes start. */
  position(): Promise<number>;
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** The files in a zip archive, without the name of the folder that holds them all. */
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
