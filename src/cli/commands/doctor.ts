import type { Command } from 'commander';

/** `atto doctor`: tells what is there and what is missing. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('tell which engine is used, how it computes, and what is missing on this machine')
    .option('--json', 'print the findings as JSON')
    .addHelpText(
      'after',
      `
Exits with 0 when everything that atto needs is there, else with 1.

Example:
  atto doctor`,
    )
    .action(async ({ json }: { readonly json?: true }) => {
      const { describeMachine, examineMachine } = await import('../../engine/doctor.js');
      const findings = await examineMachine();
      console.log(json ? JSON.stringify(findings, null, 2) : describeMachine(findings));
      process.exitCode = findings.ok ? 0 : 1;
    });
}
