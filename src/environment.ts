import { createRequire } from 'node:module';
import { cpus } from 'node:os';

const manifest: { version: string } = createRequire(import.meta.url)('../package.json');

/** atto's version. */
export const { version } = manifest;

/** The processor's name and how many cores it has. */
export function processorName(): string {
  return `${cpus()[0]?.model.trim() ?? process.arch} (${cpus().length} logical cores)`;
}
