import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 collect garbage at once instead of step by step beside the work. The steps are for programs that must never pause;
 * here they only cost time, above all where photographs are read: every few dozens of them, their pixels start another
 * round. For the whole process, so a program calls this before its work, and the library never does: it changes
 * V8's settings for large annotation files alone.
 */
export function collectGarbageAtOnce(): void {
  setFlagsFromString('--no-incremental-marking');
}
