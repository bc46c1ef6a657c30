import { SingleBar } from 'cli-progress';
import { installEngine, type Phase, type Progress } from '../engine/install/install.js';
import { locateEngine, otherRoute } from '../engine/install/locate.js';
import { type Device, findRelease, type Release, thisMachine } from '../engine/install/releases.js';
import { loadEngine } from '../engine/load.js';
import { UserError } from '../errors.js';

/**
 * Provides the engine for a device, showing how far it is on standard error. Ctrl-C removes what was done and exits
 * with 130.
 *
 * @throws UserError when it can't be provided, with what to do.
 */
export async function setup(device: Device): Promise<void> {
  const release = findRelease(device, thisMachine());
  if (release === undefined) return acceptOther(device);

  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  try {
    const { folder, alreadyThere } = await installWithDisplay(release, interruption.signal);
    const state = alreadyThere ? 'is there' : 'is installed';
    console.error(`The engine ${state}: TensorFlow ${release.tensorflow} in ${folder}`);
    if (device === 'gpu') await sayWhereItComputes();
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    console.error('Interrupted; nothing was installed.');
    process.exitCode = 130;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt);
  }
}

/** Where TensorFlow publishes no library, a tfjs-node that the user installed will do. */
function acceptOther(device: Device): void {
  const other = locateEngine({ ...process.env, ATTO_DEVICE: device });
  if (other === undefined) {
    throw new UserError(
      `atto has no libtensorflow for ${device === 'gpu' ? 'GPUs on ' : ''}${thisMachine()}. Instead: ${otherRoute(device)}`,
    );
  }
  console.error(`The engine is there: ${other.folder}`);
}

async function sayWhereItComputes(): Promise<void> {
  process.env.ATTO_DEVICE = 'gpu';
  const { device } = await loadEngine();
  console.error(
    device === 'gpu' ? 'It computes on the GPU.' : 'It finds no GPU here, so it computes on the CPU.',
  );
}

async function installWithDisplay(release: Release, signal: AbortSignal) {
  const display = process.stderr.isTTY ? progressBar() : progressLines();
  try {
    return await installEngine(release, { signal, onProgress: display.show });
  } finally {
    display.end();
  }
}

interface Display {
  readonly show: (progress: Progress) => void;
  readonly end: () => void;
}

const titles: Readonly<Record<Phase, string>> = {
  download: 'Downloading libtensorflow',
  unpack: 'Unpacking',
  build: 'Building the addon',
};

function progressBar(): Display {
  const lines = progressLines();
  const bar = new SingleBar({
    format: '{title} |{bar}| {percentage} %  {amount}',
    barsize: 30,
    hideCursor: true,
    stream: process.stderr,
  });
  let phase: Phase | undefined;
  return {
    show: (progress) => {
      const payload = { title: titles[progress.phase].padEnd(25), amount: amountOf(progress) };
      if (progress.phase === phase) {
        bar.update(progress.done, payload);
        return;
      }
      bar.stop();
      phase = progress.phase;
      // Nothing tells how far a build is.
      if (phase === 'build') lines.show(progress);
      else bar.start(progress.total, progress.done, payload);
    },
    end: () => bar.stop(),
  };
}

function progressLines(): Display {
  let phase: Phase | undefined;
  return {
    show: (progress) => {
      if (phase === progress.phase) return;
      phase = progress.phase;
      const size = phase === 'build' ? '' : ` (${megabytes(progress.total)} MB)`;
      console.error(`${titles[phase]}${size} …`);
    },
    end: () => {},
  };
}

function amountOf({ done, total }: Progress): string {
  return `${megabytes(done)} of ${megabytes(total)} MB`;
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);
