import type { Command } from 'commander';

/** `atto setup`: provides the engine. */
export function registerSetup(program: Command): void {
  program
    .command('setup')
    .description(
      'provide the engine: download libtensorflow, build its addon, keep both in a cache of the user',
    )
    .option(
      '--gpu',
      'the engine for NVIDIA GPUs, with the CUDA libraries: 3.4 GB to download, 5.7 GB on the disk',
    )
    .addHelpText(
      'after',
      `
Needs Python 3 with pip, a C++ compiler and make. When the engine is there already, nothing is done.

The engine lies in the user's cache and serves all clones and installations; ATTO_CACHE names another folder for it.
With --gpu it also computes on the CPU where there is no GPU. It is used when it is there; ATTO_DEVICE=cpu chooses the
other one. It has been tried on machines without a GPU only.

Tried on Linux x64. For Linux arm64 and macOS arm64 the downloads are pinned in the same way, but untried.

Example:
  atto setup`,
    )
    .action(async (options: { gpu?: true }) => {
      const { setup } = await import('./setup-action.js');
      await setup(options.gpu ? 'gpu' : 'cpu');
    });
}
