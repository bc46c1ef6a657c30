import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import { errorCode, makeFolder } from '../../files.js';
import { isComplete } from './cache.js';

/**
 * Fills a folder of a cache so that it is there as a whole or not at all, whatever interrupts this and however many
 * processes do it at once: `fill` works in a folder of its own, which is renamed when that is done. Removes what
 * interrupted ones have left behind.
 *
 * @throws UserError when the cache can't be written or the disk is full; what `fill` throws otherwise.
 */
export async function fillFolder(folder: string, fill: (partial: string) => Promise<void>): Promise<void> {
  const cache = path.dirname(folder);
  const partial = await startPartial(cache, path.basename(folder));
  try {
    await fill(partial);
    await putInPlace(partial, folder);
  } catch (error) {
    throw isNoRoom(error) ? noRoom() : error;
  } finally {
    // A build that was ended may still be writing a last file.
    await rm(partial, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The error for a full disk. */
export function noRoom(detail = ''): UserError {
  return new UserError(
    `No room on the disk for the engine${detail}. Free some space, or set ATTO_CACHE to a folder on another disk.`,
  );
}

// The process that works in a partial folder is part of its name, so that others can tell whether it still does.
const partialMark = `.partial-${hostname()}-`;

async function startPartial(cache: string, name: string): Promise<string> {
  try {
    await makeFolder(cache);
    await removeLeftovers(cache);
    return await mkdtemp(path.join(cache, `${name}${partialMark}${process.pid}-`));
  } catch (error) {
    if (isNoRoom(error)) throw noRoom();
    throw new UserError(
      `Can't write to the engine's cache: ${messageOf(error)}. Make it writable, or set ATTO_CACHE to another folder.`,
    );
  }
}

/** Removes the partial folders of processes of this machine that are no more. */
async function removeLeftovers(cache: string): Promise<void> {
  const dead = (await readdir(cache)).filter((name) => {
    const pid = Number(name.split(partialMark)[1]?.split('-')[0]);
    return Number.isInteger(pid) && !isRunning(pid);
  });
  await Promise.all(dead.map((name) => rm(path.join(cache, name), { recursive: true, force: true })));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process of somebody else is running, too.
    return errorCode(error) === 'EPERM';
  }
}

/** Renames the finished folder. Another process that was faster wins; a damaged engine in its place is replaced. */
async function putInPlace(partial: string, folder: string): Promise<void> {
  try {
    await rename(partial, folder);
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
    if (isComplete(folder)) return;
    const damaged = `${partial}-damaged`;
    await rename(folder, damaged);
    await rename(partial, folder);
    await rm(damaged, { recursive: true, force: true });
  }
}

function isNoRoom(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(errorCode(error) ?? '');
}
