import type { JobListener, Phase } from '../../tasks/listener.js';
import { type TerminalProgress, terminalProgress } from './progress.js';

/** The exit code of a command that an interruption ended, as shells know it. */
const interruptedExitCode = 130;

const labels: Readonly<Record<Phase, string>> = {
  generating: 'Generating images',
  checking: 'Checking images',
  validating: 'Validating',
  evaluating: 'Evaluating',
  converting: 'Converting',
};

/** A long job of a command: its progress on the terminal, and its end by Ctrl-C. */
export interface TerminalJob {
  readonly progress: TerminalProgress;
  readonly listener: Required<JobListener>;
  /** Aborted by the first Ctrl-C (or SIGTERM). */
  readonly signal: AbortSignal;
}

/**
 * Runs a job that the first Ctrl-C ends in order and a second one at once, even in the middle of a computation. An
 * interrupted job exits with 130.
 *
 * @param message printed when the first Ctrl-C comes
 * @returns undefined where the interruption made the job reject
 */
export async function runJob<T>(
  message: string,
  run: (job: TerminalJob) => Promise<T>,
): Promise<T | undefined> {
  const controller = new AbortController();
  const { signal } = controller;
  const progress = terminalProgress();
  const stopListening = (): void => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  };
  const interrupt = (): void => {
    stopListening();
    progress.say(`\n${message}`);
    process.exitCode = interruptedExitCode;
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const listener = {
    onProgress: (phase: Phase, done: number, total: number): void =>
      progress.show(labels[phase], done, total),
    onNotice: (notice: string): void => progress.say(notice),
  };
  try {
    return await run({ progress, listener, signal });
  } catch (error) {
    if (signal.aborted && error === signal.reason) return undefined;
    throw error;
  } finally {
    stopListening();
    progress.end();
  }
}
