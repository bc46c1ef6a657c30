import { UserError } from '../../errors.js';
import { loadEngine } from '../load.js';
import { type InstallProgress, installEngine } from './install.js';
import { locateEngine, otherRoute } from './locate.js';
import { type Device, findRelease, thisMachine } from './releases.js';

/** An engine that is there. */
export interface ProvidedEngine {
  readonly folder: string;
  /** Version of TensorFlow; undefined for a tfjs-node that the user installed. */
  readonly tensorflow: string | undefined;
  /** Whether it was there before. */
  readonly alreadyThere: boolean;
  /** Device that it computes on, which only loading it tells: undefined unless the engine is for GPUs. */
  readonly computesOn: Device | undefined;
}

/**
 * Provides the engine for a device: the one that atto installs or, where TensorFlow publishes no library, a tfjs-node that
 * the user installed.
 *
 * @throws UserError when it can't be provided, with the remedy; the signal's reason when the signal ended it
 */
export async function provideEngine(
  device: Device,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((progress: InstallProgress) => void) | undefined;
  } = {},
): Promise<ProvidedEngine> {
  const release = findRelease(device, thisMachine());
  if (release === undefined) {
    const { folder } = requireOther(device);
    return { folder, tensorflow: undefined, alreadyThere: true, computesOn: undefined };
  }
  const { signal, onProgress } = options;
  const installed = await installEngine(release, {
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
  const computesOn = device === 'gpu' ? await deviceInUse() : undefined;
  return { ...installed, tensorflow: release.tensorflow, computesOn };
}

function requireOther(device: Device): { readonly folder: string } {
  const other = locateEngine({ ...process.env, ATTO_DEVICE: device });
  if (other) return other;
  throw new UserError(
    `atto has no libtensorflow for ${device === 'gpu' ? 'GPUs on ' : ''}${thisMachine()}. Instead: ${otherRoute(device)}`,
  );
}

async function deviceInUse(): Promise<Device> {
  process.env.ATTO_DEVICE = 'gpu';
  return (await loadEngine()).device;
}
