import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, UserError } from './errors.js';

/** Code of a system error, such as ENOENT; undefined for other errors. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Makes a folder and the folders above it where they are missing. Node's own recursive `mkdir` never ends in file systems
 * that take no new folders, such as /proc.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const parent = path.dirname(folder);
    if (errorCode(error) === 'ENOENT' && !(await isFolder(parent))) {
      await makeFolder(parent);
      await makeFolder(folder);
    } else if (!(await isFolder(folder))) {
      throw error;
    }
  }
}

async function isFolder(place: string): Promise<boolean> {
  return stat(place).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

/**
 * Writes a file whole or not at all: into `file.partial`, flushed to the disk, then renamed. Until then an earlier file
 * stays as it is.
 *
 * @throws UserError when the folder can't be written, or when the disk is full
 */
export async function writeAtomically(
  file: string,
  write: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const partial = `${file}.partial`;
  try {
    await makeFolder(path.dirname(file));
    const handle = await open(partial, 'w');
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw writeError(file, error);
  }
}

/** {@link writeAtomically} for a text. */
export async function writeTextAtomically(file: string, text: string): Promise<void> {
  await writeAtomically(file, async (handle) => {
    await handle.writeFile(text);
  });
}

/** UserError for a failure to write that the user can mend; any other error as it is. */
export function writeError(file: string, error: unknown): unknown {
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new UserError(`${file}: the disk is full; free some space or choose another folder with --out`);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOENT':
      return new UserError(`${file}: can't be written here; choose another folder with --out`);
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EISDIR':
      return new UserError(
        `${file}: a file stands where a folder is needed, or the reverse (${messageOf(error)})`,
      );
    default:
      return error;
  }
}
