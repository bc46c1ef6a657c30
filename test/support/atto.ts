import { type ChildProcess, execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';

const main = path.join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js');

/** What a command did. */
export interface Outcome {
  /** −1 where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the built command line (`npm run build`) to its end.
 *
 * @param options `watch`: sees the process and what it writes on standard error, as it comes
 */
export function atto(
  args: readonly string[],
  {
    env = {},
    cwd = tmpdir(),
    watch,
  }: {
    readonly env?: NodeJS.ProcessEnv;
    readonly cwd?: string;
    readonly watch?: (child: ChildProcess, text: string) => void;
  } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, cwd };
    const child = execFile(process.execPath, [main, ...args], options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stderr?.on('data', (text: string) => watch?.(child, text));
  });
}
