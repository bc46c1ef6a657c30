import type { Command } from 'commander';

/** `atto setup`: provides the engine. */
export function registerSetup(program: Command): void {
  program
    .command('setup')
    .description(
      'provide the engine: download libtensorflow, build its addon, keep both in a cache of the user',
    )
    .addHelpText(
      'after',
      `
Needs Python 3 with pip, a C++ compiler and make. The engine lies in the user's cache, shared by all clones and
installations; ATTO_CACHE names another folder for it.

Example:
  atto setup`,
    )
    .action(async () => {
      const { setup } = await import('./setup-action.js');
      await setup({ device: 'cpu' });
    });
}
