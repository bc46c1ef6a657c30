import { open } from 'node:fs/promises';
import { messageOf, UserError } from '../errors.js';
import { errorCode } from '../files.js';

/** Open file that is read piece by piece, so that a large one costs no memory. */
export interface FileRanges {
  readonly file: string;
  /** In bytes. */
  readonly size: number;
  /** File descriptor, open until `close`. */
  readonly descriptor: number;
  /**
   * Reads `length` bytes into a buffer of their own.
   *
   * @throws UserError when the file ends earlier
   */
  read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** Bytes to read at a time. Node's limit is just below 2 GiB. */
const largestRead = 2 ** 30;

/**
 * Opens a file of tensors.
 *
 * @throws UserError when it is missing, is a folder, or can't be read
 */
async function openRanges(file: string): Promise<FileRanges> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') throw new UserError(`${file}: there is no such file`);
    throw new UserError(`${file}: can't be opened: ${messageOf(error)}`);
  });
  const stats = await handle.stat();
  if (stats.isDirectory()) {
    await handle.close();
    throw new UserError(`${file}: is a folder, not a file of weights`);
  }
  return {
    file,
    size: stats.size,
    descriptor: handle.fd,
    read: async (position, length) => {
      if (position + length > stats.size) {
        throw new UserError(`${file}: is cut off: it ends after ${stats.size} bytes; copy or save it again`);
      }
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const wanted = Math.min(length - done, largestRead);
        const { bytesRead } = await handle.read(bytes, done, wanted, position + done);
        if (bytesRead === 0) throw new UserError(`${file}: became shorter while it was read`);
        done += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}

/** Opens a file for `use`, and closes it if `use` fails. */
export async function openedRanges<T>(file: string, use: (ranges: FileRanges) => Promise<T>): Promise<T> {
  const ranges = await openRanges(file);
  try {
    return await use(ranges);
  } catch (error) {
    await ranges.close();
    throw error;
  }
}
