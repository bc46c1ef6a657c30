import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';

/**
 * Unpacks some files of a zip archive, which a wheel is.
 *
 * @param target gives where in `folder` a file of the archive goes, or undefined to leave it out.
 * @param onBytes is told the size of each piece as it is written.
 * @returns the sizes of the files written, by their paths in `folder`.
 */
export async function unpack(
  archive: string,
  folder: string,
  target: (name: string) => string | undefined,
  options: { readonly signal?: AbortSignal | undefined; readonly onBytes?: (bytes: number) => void } = {},
): Promise<ReadonlyMap<string, number>> {
  const { signal, onBytes } = options;
  const sizes = new Map<string, number>();
  const zip = await openPromise(archive, { autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      // A folder has an entry of its own, whose name ends in a slash.
      const place = entry.fileName.endsWith('/') ? undefined : target(entry.fileName);
      if (place === undefined) continue;
      const file = path.join(folder, place);
      await mkdir(path.dirname(file), { recursive: true });
      const counter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          onBytes?.(chunk.length);
          done(null, chunk);
        },
      });
      const mode = (entry.externalFileAttributes >>> 16) & 0o777 || 0o644;
      const write = createWriteStream(file, { mode });
      await pipeline(await zip.openReadStreamPromise(entry), counter, write, { signal });
      sizes.set(place, entry.uncompressedSize);
    }
  } finally {
    zip.close();
  }
  return sizes;
}
