import { UserError } from '../errors.js';
import { type LoadingOptions, onceThrough } from './loader.js';
import type { Purpose } from './sample.js';

export interface VerifyOptions extends LoadingOptions {
  readonly purpose: Purpose;
  readonly onProgress?: (done: number, total: number) => void;
}

/** So many faults are written out; the rest is counted. */
const listedFaults = 10;

/**
 * Reads every sample of a split once, so that a broken file is found before a run and not hours into it.
 *
 * @throws UserError that lists the faults of all samples.
 */
export async function verifyDataset(options: VerifyOptions): Promise<void> {
  const { ids, purpose, onProgress } = options;
  const loader = onceThrough(options, purpose);
  const faults: string[] = [];
  try {
    for (let n = 0; n < ids.length; n++) {
      try {
        await loader.next();
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        faults.push(error.message);
      }
      onProgress?.(n + 1, ids.length);
    }
  } finally {
    await loader.close();
  }
  if (faults.length === 0) return;
  const rest = faults.length - listedFaults;
  throw new UserError(
    [
      `${faults.length} of ${ids.length} images can't be used:`,
      ...faults.slice(0, listedFaults).map((fault) => `- ${fault}`),
      ...(rest > 0 ? [`… and ${rest} more`] : []),
    ].join('\n'),
  );
}
