import type { Command } from 'commander';

/** `atto doctor`: says what is there and what is missing. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say which engine is used, how it computes, and what is missing on this machine')
    .option('--json', 'print the findings as JSON on standard output')
    .addHelpText(
      'after',
      `
Exits with 0 when everything that atto needs is there, else with 1.

Example:
  atto doctor`,
    )
    .action(async (options: { json?: true }) => {
      const { doctor } = await import('./doctor-action.js');
      await doctor({ json: options.json === true });
    });
}
