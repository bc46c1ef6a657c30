import { cpus } from 'node:os';

/** The processor's name and how many cores it has. */
export function processorName(): string {
  return `${cpus()[0]?.model.trim() ?? process.arch} (${cpus().length} logical cores)`;
}
