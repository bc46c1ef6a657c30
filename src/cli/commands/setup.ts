import type { Command } from 'commander';
import { runJob } from '../terminal/job.js';

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
    .action(setupCommand);
}

async function setupCommand({ gpu }: { readonly gpu?: true }): Promise<void> {
  const { provideEngine } = await import('../../engine/install/provide.js');
  const labels = { download: 'Downloading libtensorflow, MB', unpack: 'Unpacking, MB' };
  const engine = await runJob('Interrupted; nothing is installed.', ({ progress, signal }) =>
    provideEngine(gpu ? 'gpu' : 'cpu', {
      signal,
      onProgress: ({ phase, done, total }) => {
        if (phase !== 'build') progress.show(labels[phase], megabytes(done), megabytes(total));
        else if (done === 0) progress.say('Building the addon …');
      },
    }),
  );
  if (!engine) return;
  const { folder, tensorflow, alreadyThere, computesOn } = engine;
  const state = alreadyThere ? 'is there' : 'is installed';
  const version = tensorflow === undefined ? '' : `TensorFlow ${tensorflow} in `;
  console.error(`The engine ${state}: ${version}${folder}`);
  if (computesOn === 'gpu') console.error('It computes on the GPU.');
  if (computesOn === 'cpu') console.error('It finds no GPU here, so it computes on the CPU.');
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
