/**
 * A signal that the first Ctrl-C (or SIGTERM) gives. From then on the next one ends the process at once, even in the
 * middle of a computation.
 *
 * @param message what is printed when it is given
 */
export function interruptSignal(message: string): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    console.error(`\n${message}`);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}

/** The exit code of a command that an interruption ended, as shells know it. */
export const interruptedExitCode = 130;
