import { currentBackend } from './backend.js';
import { execute, text } from './kernels.js';
import { tf } from './tf.js';

/** A TensorBoard event file. */
export interface EventFile {
  /** Adds a point to the curve `name`. */
  scalar(step: number, name: string, value: number): void;
  /** Hands what was added over to the operating system. */
  flush(): void;
  dispose(): void;
}

/** Opens a new event file in a folder, which is made when it isn't there. */
export function openEventFile(folder: string): EventFile {
  const backend = currentBackend();
  const writer = tf.keep(execute('SummaryWriter', { shared_name: text(folder), container: text('') }, []));
  tf.tidy(() => backend.createSummaryFileWriter(writer, folder));
  return {
    scalar: (step, name, value) => backend.writeScalarSummary(writer, step, name, value),
    flush: () => backend.flushSummaryWriter(writer),
    dispose: () => {
      backend.flushSummaryWriter(writer);
      writer.dispose();
    },
  };
}
