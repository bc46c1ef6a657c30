import { SingleBar } from 'cli-progress';
import { installEngine, type Phase, type Progress } from '../engine/install/install.js';
import { type Device, findRelease, thisMachine } from '../engine/install/releases.js';
import { UserError } from '../errors.js';

const verbs: Readonly<Record<Phase, string>> = {
  download: 'Downloading libtensorflow',
  unpack: 'Unpacking',
  build: 'Building the addon',
};

/** Provides the engine for a device and shows how far it is on standard error. */
export async function setup({ device }: { readonly device: Device }): Promise<void> {
  const release = findRelease(device, thisMachine());
  if (release === undefined) throw new UserError(`TensorFlow publishes no library for ${thisMachine()}.`);
  const interruption = new AbortController();
  const interrupt = () => interruption.abort(new UserError('Interrupted; nothing was installed.'));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const display = process.stderr.isTTY ? progressBar() : progressLines();
  try {
    const { folder, alreadyThere } = await installEngine(release, {
      signal: interruption.signal,
      onProgress: display.show,
    });
    display.end();
    console.error(
      `The engine, TensorFlow ${release.tensorflow}, is ${alreadyThere ? 'there' : 'installed'}: ${folder}`,
    );
  } finally {
    display.end();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

interface Display {
  readonly show: (progress: Progress) => void;
  /** May be called again. */
  readonly end: () => void;
}

function progressBar(): Display {
  const bar = new SingleBar({
    format: '{verb} |{bar}| {percentage} %  {amount}',
    barsize: 30,
    hideCursor: true,
    stream: process.stderr,
  });
  let phase: Phase | undefined;
  return {
    show: (progress) => {
      const payload = { verb: verbs[progress.phase].padEnd(25), amount: amountOf(progress) };
      if (phase !== progress.phase) {
        bar.stop();
        bar.start(progress.total, progress.done, payload);
        phase = progress.phase;
      } else {
        bar.update(progress.done, payload);
      }
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
      const size = progress.phase === 'build' ? '' : ` (${megabytes(progress.total)} MB)`;
      console.error(`${verbs[progress.phase]}${size} …`);
    },
    end: () => {},
  };
}

function amountOf({ phase, done, total }: Progress): string {
  return phase === 'build' ? '' : `${megabytes(done)} of ${megabytes(total)} MB`;
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);
