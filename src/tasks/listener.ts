import type { ProgressListener } from '../progress.js';

/** Parts of a long job. */
export type Phase = 'generating' | 'checking' | 'validating' | 'evaluating' | 'converting';

/** Listener to a long job. */
export interface JobListener {
  /** Called with the number of items done and of all, in the part of the job that is going on. */
  onProgress?(phase: Phase, done: number, total: number): void;
  /** Called with a notice for the user. */
  onNotice?(notice: string): void;
}

/** Shows the progress of a generation, and ends it where the signal is aborted. */
export function whileGenerating(
  { onProgress }: JobListener,
  signal: AbortSignal | undefined,
): ProgressListener {
  return (done, total) => {
    signal?.throwIfAborted();
    onProgress?.('generating', done, total);
  };
}
