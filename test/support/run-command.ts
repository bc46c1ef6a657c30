import { Command } from 'commander';
import { vi } from 'vitest';

/**
 * Runs a command in this process. Rejects with what it throws; the exit code is `process.exitCode`.
 *
 * @param register what adds the command to a program
 * @param args the command's name and its arguments
 * @returns what it printed on standard output and on standard error
 */
export async function runCommand(
  register: (program: Command) => void,
  args: readonly string[],
): Promise<{ stdout: string; stderr: string }> {
  const output = vi.spyOn(console, 'log').mockImplementation(() => {});
  const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
  try {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
    register(program);
    await program.parseAsync(args, { from: 'user' });
    return { stdout: output.mock.calls.flat().join('\n'), stderr: errors.mock.calls.flat().join('\n') };
  } finally {
    output.mockRestore();
    errors.mockRestore();
  }
}
