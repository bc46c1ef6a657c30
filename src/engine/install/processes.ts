import { spawn } from 'node:child_process';

/** Exit and output of a process. */
export interface ProcessResult {
  readonly ok: boolean;
  /** Standard output and standard error as they came. */
  readonly output: string;
}

/**
 * Runs a program to its end and keeps what it prints. A program that can't be started is reported as not ok.
 *
 * @throws the reason of `signal` when that is aborted; the program is then ended.
 */
export async function runProcess(
  command: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<ProcessResult> {
  const { signal, ...others } = options;
  signal?.throwIfAborted();
  const result = await new Promise<ProcessResult>((resolve) => {
    const child = spawn(command, args, { ...others, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = () => child.kill();
    signal?.addEventListener('abort', end, { once: true });
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const settle = (ok: boolean) => {
      signal?.removeEventListener('abort', end);
      resolve({ ok, output });
    };
    child.on('error', (error) => {
      output += error.message;
      settle(false);
    });
    child.on('close', (code) => settle(code === 0));
  });
  signal?.throwIfAborted();
  return result;
}

/** The last lines of a program's output, for a message. */
export function lastLines(output: string, count: number): string {
  return output.trimEnd().split('\n').slice(-count).join('\n');
}
