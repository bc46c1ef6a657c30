import path from 'node:path';
import { UserError } from '../errors.js';
import { interruptedExitCode, interruptSignal } from './terminal/interrupt.js';
import { showProgress } from './terminal/progress.js';

/** Of so many images the answers are printed one by one. */
const printedImages = 16;

/**
 * Looks at one image after the other until an interrupt; those that can't be read are named, and the exit code tells.
 *
 * @param read rejects with a UserError where the image can't be read
 * @param look says in a few words what was found
 * @returns how many images could be read
 */
export async function predictImages<Read>(
  files: readonly string[],
  read: (file: string) => Promise<Read>,
  look: (file: string, image: Read) => string | Promise<string>,
): Promise<number> {
  const signal = interruptSignal('Stopping after this image; what was found so far is kept.');
  const display = showProgress('Predicting');
  let readable = 0;
  try {
    for (const [done, file] of files.entries()) {
      const image = await read(file).catch((error: unknown) => {
        if (error instanceof UserError) return error;
        throw error;
      });
      if (image instanceof UserError) {
        display.end();
        console.error(`atto: ${image.message}`);
        process.exitCode = 2;
      } else {
        const found = await look(file, image);
        if (files.length <= printedImages) console.error(`${file}: ${found}`);
        readable++;
      }
      if (files.length > printedImages) display.show(done + 1, files.length, path.basename(file));
      // Lets the interrupt signal come through.
      await new Promise(setImmediate);
      if (signal.aborted) {
        process.exitCode = interruptedExitCode;
        break;
      }
    }
  } finally {
    display.end();
  }
  return readable;
}
